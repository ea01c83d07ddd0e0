"""Which export a free slot takes: mostly the stream's next message, else one out of its turn.

Messages come in the order of requests. Where another export is to be built first
(:mod:`shared.domain.lanes`), that one is read out of the stream and built at once. Its own message
stays where it is: when its turn comes, its history says that nothing is left to do. So nothing is
handed back for fairness, and nobody's deliveries are counted.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from msgspec import UNSET

from shared.domain.lanes import Otherwise, for_others, for_slot, for_small
from shared.domain.loads import Load
from shared.errors import UnavailableError
from shared.jetstream.event_log import EventLog
from shared.metrics import work as metrics
from shared.worker.message import OutOfTurnMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nats.js import JetStreamContext

    from shared.domain.fair_order import QueuedExport
    from shared.domain.lanes import Queue
    from shared.domain.room import Room
    from shared.stores.export_queue import ExportQueue
    from shared.worker.attempts_elsewhere import AttemptsElsewhere
    from shared.worker.contract import Consumer
    from shared.worker.job import RunningJobs

    ChooseBeside = Callable[[Queue, Room, str, Sequence[Load]], QueuedExport | None]

LISTEN_S: Final = 1.0  # between two looks at whether the queue is still heard


class Turns:
    """Chooses for the slots of one worker."""

    def __init__(
        self,
        js: JetStreamContext,
        queue: ExportQueue,
        consumer: Consumer,
        running: RunningJobs,
        elsewhere: AttemptsElsewhere,
        *,
        room: Room,
    ) -> None:
        self._events = EventLog(js)
        self._queue = queue
        self._consumer = consumer
        self._running = running
        self._elsewhere = elsewhere
        self._room = room
        self._beside: set[int] = set()  # sequences of messages that have none of the slots

    async def listen(self, stop: asyncio.Event) -> None:
        """Hear of the queue until told to stop; where NATS is away, messages come in their turn."""
        while not stop.is_set():
            with suppress(UnavailableError):
                await self._queue.hear()
                await self._find_lost()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LISTEN_S)
        await self._queue.close()

    async def next(self, *, trying: bool = False) -> OutOfTurnMessage | Otherwise:
        """What a free slot builds, or what else it does.

        Args:
            trying: A breaker is open: what was never attempted comes first.
        """
        if trying:
            order = self._queue.order(at_work=self._at_work)
            if fresh := next((export for export in order if not export.attempts), None):
                return await self._take(fresh) or Otherwise.NEXT_MESSAGE
        choice = for_slot(self, self._room, self._consumer.durable)
        if isinstance(choice, Otherwise):
            return choice
        return await self._take(choice) or Otherwise.NEXT_MESSAGE

    def firsts(self, *, small_only: bool = False) -> list[QueuedExport]:
        """Of each tenant the first that this worker could build."""
        return self._queue.firsts(at_work=self._at_work, small_only=small_only)

    @property
    def any_ahead(self) -> bool:
        """Whether a free slot should do something else than wait for the stream's next message."""
        return for_slot(self, self._room, self._consumer.durable) is not Otherwise.NEXT_MESSAGE

    async def news(self, *, patience_s: float) -> None:
        """Wait until something happens on the platform, or ``patience_s`` are over."""
        await self._queue.news(patience_s=patience_s)

    async def for_others(self) -> OutOfTurnMessage | None:
        """What is built beside the slots while one user or project holds them all."""
        return await self._beside_slots(for_others)

    async def for_small(self) -> OutOfTurnMessage | None:
        """What is built beside the slots while large exports hold them all."""
        return await self._beside_slots(for_small)

    @contextmanager
    def beside(self, message: OutOfTurnMessage) -> Iterator[None]:
        """Know, until the block ends, that a message has none of the slots."""
        self._beside.add(message.seq)
        try:
            yield
        finally:
            self._beside.discard(message.seq)

    async def _beside_slots(self, choose: ChooseBeside) -> OutOfTurnMessage | None:
        jobs = [job for job in self._running.jobs if job.message.seq not in self._beside]
        if len(jobs) < self._consumer.concurrency:
            return None
        in_slots = [Load.of(job.event) for job in jobs]
        choice = choose(self, self._room, self._consumer.durable, in_slots)
        return await self._take(choice) if choice else None

    @property
    def _at_work(self) -> frozenset[str]:
        return frozenset(self._running.export_ids)

    async def _find_lost(self) -> None:
        """What began out of turn and whose worker has died waits again; no delivery tells."""
        for export in self._queue.running:
            attempt = export.running
            if attempt is None or attempt.out_of_turn is UNSET:
                continue
            if export.export_id in self._running.export_ids:
                continue
            if not await self._elsewhere.alive(attempt):
                self._queue.lost(export.export_id)

    async def _take(self, export: QueuedExport) -> OutOfTurnMessage | None:
        self._queue.pass_over(export.export_id)
        try:
            stored = await self._events.message(export.seq)
        except UnavailableError:
            return None
        if stored is None:
            self._queue.forget(export.export_id)
            return None
        metrics.OUT_OF_TURN.labels(self._consumer.durable).inc()
        return OutOfTurnMessage(stored)
