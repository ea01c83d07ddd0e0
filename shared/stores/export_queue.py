"""The queue of one platform as this process hears it: the fair order, from the stream's events."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.events import decode_event, now
from shared.domain.fair_order import PlatformQueue
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.follower import CHECKED_S, StreamFollower
from shared.jetstream.topology import EXPORTS, events_for, packager_durable

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.domain.fair_order import QueuedExport
    from shared.jetstream.batch_get import Stored

LEISURE_S: Final = 0.25  # for which nobody minds not hearing, while nobody is known to wait
PASSED_OVER_S: Final = 1.0  # until an export is considered again that nobody could take


class ExportQueue:
    """Follows the events of a platform from its consumer's ack floor on.

    Everything before the floor has been handled. Nothing depends on hearing everything: who is late
    sees an older order. ``leisure_s`` is how late it may be while nobody is known to wait: then a
    free slot takes the stream's next message, whoever is next.
    """

    def __init__(self, nc: Client, platform: str, *, leisure_s: float = 0.0) -> None:
        self._nc = nc
        self._leisure_s = leisure_s
        self._platform = platform
        self._queue = PlatformQueue()
        self._follower = self._new_follower()
        self._follows = False
        self._checked_at = 0.0
        self._passed_over: dict[str, float] = {}
        self._opening = asyncio.Lock()

    @property
    def running(self) -> list[QueuedExport]:
        """Those that are built now, as far as events tell."""
        return self._queue.running

    def order(self, *, at_work: frozenset[str] = frozenset()) -> list[QueuedExport]:
        """Who is next, fairest first, without those in ``at_work`` and those just passed over."""
        return self._queue.order(now(), but=at_work | self._just_passed_over())

    def firsts(
        self, *, at_work: frozenset[str] = frozenset(), small_only: bool = False
    ) -> list[QueuedExport]:
        """The same, but of each tenant the first alone, or the first small one."""
        but = at_work | self._just_passed_over()
        return self._queue.firsts(now(), but=but, small_only=small_only)

    def position(self, export_id: str) -> int | None:
        """From 1; None where it does not wait, or was not heard of yet."""
        return self._queue.place(export_id, now())

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
        """Follow the stream from now on, and see to it that all was heard.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        async with self._opening:
            if time.monotonic() - self._checked_at < CHECKED_S:
                return
            if not self._follows:
                await self._open()
            await self._follower.check()
            self._checked_at = time.monotonic()

    async def reached(self, seq: int, *, patience_s: float) -> None:
        """Wait until everything up to ``seq`` is heard, or ``patience_s`` are over.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        await self._follower.reached(seq, patience_s=patience_s)

    async def news(self, *, patience_s: float) -> None:
        """Wait until one more event is heard, or ``patience_s`` are over."""
        await self._follower.news(patience_s=patience_s)

    async def close(self) -> None:
        """Follow no longer."""
        await self._follower.close()
        self._follows, self._checked_at = False, 0.0

    def _just_passed_over(self) -> set[str]:
        clock = time.monotonic()
        self._passed_over = {k: until for k, until in self._passed_over.items() if until > clock}
        return set(self._passed_over)

    async def _open(self) -> None:
        durable = packager_durable(self._platform)
        try:
            consumer = await self._nc.jetstream().consumer_info(EXPORTS, durable)
        except AWAY as error:
            raise NatsUnavailableError(f"the queue cannot be read: {error!r}") from error
        floor = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
        if not consumer.num_pending and not consumer.num_ack_pending and consumer.delivered:
            floor = max(floor, consumer.delivered.stream_seq)
        self._queue, self._follower = PlatformQueue(), self._new_follower()
        await self._follower.start(after_seq=floor)
        self._follows = True

    def _new_follower(self) -> StreamFollower:
        return StreamFollower(
            self._nc,
            EXPORTS,
            events_for(self._platform),
            self._on_event,
            on_renewed=self._begin_anew,
            leisure_s=lambda: 0.0 if self._queue.any_waiting else self._leisure_s,
        )

    def _begin_anew(self) -> None:
        self._queue = PlatformQueue()

    def _on_event(self, message: Stored) -> None:
        with suppress(msgspec.MsgspecError):  # of a later version: its worker knows what to do
            event = decode_event(message.payload)
            self._queue.apply(event, message.seq)
            self._passed_over.pop(event.export_id, None)
