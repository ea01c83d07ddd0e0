"""The queue of one platform as this process hears it: the fair order, from the stream's events."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from nats.js import api

from shared.domain.events import decode_event, now
from shared.domain.fair_order import PlatformQueue
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.publishing import read_message
from shared.jetstream.topology import EXPORTS, packager_durable

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.domain.fair_order import QueuedExport

log = structlog.get_logger()

HEARTBEAT_S: Final = 1.0  # an ordered consumer notices within a few of these that it was lost
CAUGHT_UP_S: Final = 10.0  # how long reading what happened so far may take
ASKED_AGAIN_S: Final = 0.02
CHECKED_S: Final = 10.0  # between two looks at whether it still hears everything
PASSED_OVER_S: Final = 1.0  # until an export is considered again that nobody could take


class ExportQueue:
    """Follows the events of a platform from its consumer's ack floor on.

    Everything before the floor has been handled. Nothing depends on hearing everything: who is late
    sees an older order.
    """

    def __init__(self, js: JetStreamContext, platform: str) -> None:
        self._js = js
        self._platform = platform
        self._subject = f"exports.*.{platform}.*"
        self._queue = PlatformQueue()
        self._subscription: JetStreamContext.PushSubscription | None = None
        self._seq = 0
        self._heard = 0
        self._checked_at = 0.0
        self._passed_over: dict[str, float] = {}
        self._opening = asyncio.Lock()
        self._event_came = asyncio.Event()

    @property
    def running(self) -> list[QueuedExport]:
        """Those that are built now, as far as events tell."""
        return self._queue.running

    def order(self, *, at_work: frozenset[str] = frozenset()) -> list[QueuedExport]:
        """Who is next, fairest first, without those in ``at_work`` and those just passed over."""
        return self._queue.order(now(), but=at_work | self._just_passed_over())

    def firsts(self, *, at_work: frozenset[str] = frozenset()) -> list[QueuedExport]:
        """The same, but of each tenant the first alone."""
        return self._queue.firsts(now(), but=at_work | self._just_passed_over())

    def position(self, export_id: str) -> int | None:
        """From 1; None where it does not wait, or was not heard of yet."""
        ids = [export.export_id for export in self._queue.order(now())]
        return ids.index(export_id) + 1 if export_id in ids else None

    def pass_over(self, export_id: str) -> None:
        """Somebody has just taken it, or could not."""
        self._passed_over[export_id] = time.monotonic() + PASSED_OVER_S

    def forget(self, export_id: str) -> None:
        """Its message is gone."""
        self._queue.forget(export_id)

    def lost(self, export_id: str) -> None:
        """Its worker has died: it waits again."""
        self._queue.lost(export_id)

    async def hear(self) -> None:
        """Follow the stream, from now on and again where that was lost.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        async with self._opening:
            if time.monotonic() - self._checked_at < CHECKED_S:
                return
            try:
                if self._subscription is None or not await self._whole():
                    await self.close()
                    await self._open()
            except AWAY as error:
                raise NatsUnavailableError(f"the queue cannot be read: {error!r}") from error
            self._checked_at = time.monotonic()

    async def reached(self, seq: int, *, patience_s: float) -> None:
        """Wait until everything up to ``seq`` is heard, or ``patience_s`` are over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while self._seq < seq:
                    self._event_came.clear()
                    await self._event_came.wait()

    async def news(self, *, patience_s: float) -> None:
        """Wait until one more event is heard, or ``patience_s`` are over."""
        await self.reached(self._seq + 1, patience_s=patience_s)

    async def close(self) -> None:
        """Follow no longer."""
        if self._subscription is not None:
            with suppress(*AWAY):
                await self._subscription.unsubscribe()
            self._subscription = None
        self._checked_at = 0.0

    def _just_passed_over(self) -> set[str]:
        clock = time.monotonic()
        self._passed_over = {k: until for k, until in self._passed_over.items() if until > clock}
        return set(self._passed_over)

    async def _whole(self) -> bool:
        """Whether it has heard the newest event, and no later one: a stream may begin anew."""
        newest = await read_message(self._js, EXPORTS, subject=self._subject)
        if newest is None or newest.seq is None:
            return True
        await self.reached(newest.seq, patience_s=CAUGHT_UP_S)
        heard = self._seq
        again = await read_message(self._js, EXPORTS, subject=self._subject)
        return again is None or newest.seq <= heard <= (again.seq or 0)

    async def _open(self) -> None:
        consumer = await self._js.consumer_info(EXPORTS, packager_durable(self._platform))
        floor = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
        if not consumer.num_pending and not consumer.num_ack_pending and consumer.delivered:
            floor = max(floor, consumer.delivered.stream_seq)
        self._queue, self._seq, self._heard = PlatformQueue(), floor, 0
        self._subscription = await self._js.subscribe(
            self._subject,
            stream=EXPORTS,
            cb=self._on_event,
            ordered_consumer=True,
            idle_heartbeat=HEARTBEAT_S,
            config=api.ConsumerConfig(
                deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=floor + 1
            ),
        )
        deadline = time.monotonic() + CAUGHT_UP_S
        while time.monotonic() < deadline:
            info = await self._subscription.consumer_info()
            sent = info.delivered.consumer_seq if info.delivered else 0
            if not info.num_pending and self._heard >= sent:
                return
            await asyncio.sleep(ASKED_AGAIN_S)

    async def _on_event(self, message: Msg) -> None:
        self._heard += 1
        self._seq = message.metadata.sequence.stream
        with suppress(msgspec.MsgspecError):  # of a later version: its worker knows what to do
            event = decode_event(message.data)
            self._queue.apply(event, self._seq)
            self._passed_over.pop(event.export_id, None)
        self._event_came.set()
