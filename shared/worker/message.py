"""A delivered message in a worker's hands: kept by heartbeats, acknowledged, or handed back."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import nats.errors

from shared.worker.dead_letter import DeadMessage
from shared.worker.retry import outage_delay_s

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.msg import Msg

ACK_TIMEOUT_S: Final = 5.0


class DeliveredMessage:
    """One delivery; the server delivers it again after ``ack_wait_s`` without a heartbeat."""

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
    def outage_delay_s(self) -> float:
        """When it should come again if an outage keeps it from being done now."""
        return outage_delay_s(self._message.metadata.num_delivered)

    def dead(self, consumer: str) -> DeadMessage:
        """As its dead letter keeps it."""
        return DeadMessage.delivered(self._message, consumer)

    async def acknowledge(self) -> None:
        """Acknowledge for good; where this raises, the message comes again and is skipped."""
        await self._message.ack_sync(timeout=ACK_TIMEOUT_S)

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
