"""A message in a worker's hands: kept by heartbeats, acknowledged, or handed back.

One that is worked on out of its turn was not delivered: nothing of that concerns it.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Final, Protocol

import nats.errors

from shared.tracing.context import TraceContext
from shared.worker.dead_letter import DeadMessage
from shared.worker.retry import OUTAGE_DELAY_S, outage_delay_s

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from nats.aio.msg import Msg
    from nats.js.api import RawStreamMsg

ELSEWHERE_S: Final = 2.0  # until a message comes again that another is at; then ever later
ELSEWHERE_MAX_S: Final = 120.0  # a few dozen deliveries outlast the longest attempts
HEARTBEAT_S: Final = 10.0  # of a message that nobody delivered: how often its attempt is looked at


class TakenMessage(Protocol):
    """What a worker does with a message, delivered or not."""

    out_of_turn: bool
    ack_wait_s: float
    heartbeat_s: float

    @property
    def subject(self) -> str:
        """Where it was published."""
        ...

    @property
    def seq(self) -> int:
        """Its sequence in the stream."""
        ...

    @property
    def data(self) -> bytes:
        """What was published, hostile until decoded."""
        ...

    @property
    def headers(self) -> dict[str, str]:
        """What was published with it."""
        ...

    @property
    def trace(self) -> TraceContext | None:
        """Where in a trace it was published."""
        ...

    @property
    def first_time(self) -> bool:
        """Nobody had it in hand before, as far as the server knows."""
        ...

    @property
    def outage_delay_s(self) -> float:
        """When it should come again if an outage keeps it from being done now."""
        ...

    @property
    def elsewhere_delay_s(self) -> float:
        """When it should come again while another slot or worker is at it."""
        ...

    def dead(self, consumer: str) -> DeadMessage:
        """As its dead letter keeps it."""
        ...

    async def acknowledge(self) -> None:
        """Acknowledge for good."""
        ...

    async def hand_back(self, delay_s: float) -> None:
        """Hand it back for ``delay_s``."""
        ...

    async def heartbeat(self) -> None:
        """Keep it."""
        ...

    def kept_alive(self) -> AbstractAsyncContextManager[None]:
        """Send heartbeats while nothing but waiting is done."""
        ...


class DeliveredMessage:
    """One delivery; the server delivers it again after ``ack_wait_s`` without a heartbeat."""

    out_of_turn = False

    def __init__(self, message: Msg, *, ack_wait_s: float) -> None:
        self._message = message
        self.ack_wait_s = ack_wait_s
        self.heartbeat_s = ack_wait_s / 3

    @property
    def subject(self) -> str:
        """Where it was published."""
        return self._message.subject

    @property
    def seq(self) -> int:
        """Its sequence in the stream."""
        return self._message.metadata.sequence.stream

    @property
    def data(self) -> bytes:
        """What was published, hostile until decoded."""
        return self._message.data

    @property
    def headers(self) -> dict[str, str]:
        """What was published with it."""
        return self._message.headers or {}

    @property
    def trace(self) -> TraceContext | None:
        """Where in a trace it was published."""
        return TraceContext.of_headers(self._message.headers)

    @property
    def first_time(self) -> bool:
        """It was never delivered before."""
        return self._message.metadata.num_delivered == 1

    @property
    def outage_delay_s(self) -> float:
        """When it should come again if an outage keeps it from being done now."""
        return outage_delay_s(self._message.metadata.num_delivered)

    @property
    def elsewhere_delay_s(self) -> float:
        """When it should come again while another slot or worker is at it."""
        late = min(self._message.metadata.num_delivered - 1, 10)
        return float(min(ELSEWHERE_S * 2**late, ELSEWHERE_MAX_S))

    def dead(self, consumer: str) -> DeadMessage:
        """As its dead letter keeps it."""
        return DeadMessage.delivered(self._message, consumer)

    async def acknowledge(self) -> None:
        """Acknowledge for good; where that is lost, the message comes again and is skipped."""
        await self._message.ack()

    async def hand_back(self, delay_s: float) -> None:
        """Hand it back for ``delay_s``, or for the ack wait where the server cannot be reached."""
        with suppress(nats.errors.Error, TimeoutError):
            await self._message.nak(delay=delay_s or None)

    async def heartbeat(self) -> None:
        """Keep it ours for another ack wait; one that is lost is followed by the next."""
        with suppress(nats.errors.Error):
            await self._message.in_progress()

    @asynccontextmanager
    async def kept_alive(self) -> AsyncIterator[None]:
        """Send heartbeats while nothing but waiting is done."""

        async def send_heartbeats() -> None:
            while True:
                await asyncio.sleep(self.heartbeat_s)
                await self.heartbeat()

        sending = asyncio.create_task(send_heartbeats())
        try:
            yield
        finally:
            sending.cancel()


class OutOfTurnMessage:
    """A message as it lies in the stream; its own delivery comes later and finds what was done."""

    out_of_turn = True
    first_time = True
    outage_delay_s = OUTAGE_DELAY_S
    elsewhere_delay_s = 0.0

    def __init__(self, stored: RawStreamMsg) -> None:
        self._stored = stored
        self.ack_wait_s = self.heartbeat_s = HEARTBEAT_S
        self.subject = stored.subject or ""
        self.seq = stored.seq or 0
        self.data = stored.data or b""
        self.headers = stored.headers or {}
        self.trace = TraceContext.of_headers(stored.headers)

    def dead(self, consumer: str) -> DeadMessage:
        """As its dead letter keeps it."""
        return DeadMessage.stored(self._stored, consumer, deliveries=0)

    async def acknowledge(self) -> None:
        """Leave that to its delivery."""

    async def hand_back(self, delay_s: float) -> None:
        """Leave it where it is; ``delay_s`` is in an event, or said nothing but "later"."""

    async def heartbeat(self) -> None:
        """Say nothing: no server waits for it, and the worker's own heartbeat names the export."""

    def kept_alive(self) -> AbstractAsyncContextManager[None]:
        """Send nothing."""
        return nullcontext()
