"""Which export a free slot takes: mostly the stream's next message, else one out of its turn.

Messages come in the order of requests. Where the fair order (:mod:`shared.domain.fair_order`) puts
another export first, that one is read out of the stream and built at once. Its own message stays
where it is: when its turn comes, its history says that nothing is left to do. So nothing is handed
back for fairness, and nobody's deliveries are counted.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import UNSET

from shared.errors import UnavailableError
from shared.jetstream.event_log import EventLog
from shared.metrics import work as metrics
from shared.worker.message import OutOfTurnMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.js import JetStreamContext

    from shared.domain.fair_order import QueuedExport
    from shared.stores.export_queue import ExportQueue
    from shared.worker.attempts_elsewhere import AttemptsElsewhere
    from shared.worker.contract import Consumer
    from shared.worker.job import RunningJobs

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
    ) -> None:
        self._events = EventLog(js)
        self._queue = queue
        self._consumer = consumer
        self._running = running
        self._elsewhere = elsewhere

    async def listen(self, stop: asyncio.Event) -> None:
        """Hear of the queue until told to stop; where NATS is away, messages come in their turn."""
        while not stop.is_set():
            with suppress(UnavailableError):
                await self._queue.hear()
                await self._find_lost()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LISTEN_S)
        await self._queue.close()

    async def next(self, *, trying: bool = False) -> OutOfTurnMessage | None:
        """What a free slot builds before the stream's next message; None where that is fair.

        Args:
            trying: A breaker is open: what was never attempted comes first.
        """
        at_work = frozenset(self._running.export_ids)
        if trying:
            order = self._queue.order(at_work=at_work)
            if fresh := next((export for export in order if not export.attempts), None):
                return await self._take(fresh)
        firsts = self._queue.firsts(at_work=at_work)
        if not firsts or _comes_by_itself(firsts):
            return None
        return await self._take(firsts[0])

    async def news(self, *, patience_s: float) -> None:
        """Wait until something happens on the platform, or ``patience_s`` are over."""
        await self._queue.news(patience_s=patience_s)

    async def for_others(self) -> OutOfTurnMessage | None:
        """What the spare slot builds while one user or project holds all: another's export."""
        jobs = self._running.jobs
        if len(jobs) < self._consumer.concurrency:
            return None
        users = {job.event.user_id for job in jobs}
        projects = {job.event.project_id for job in jobs}
        if len(users) > 1 and len(projects) > 1:
            return None
        for export in self._queue.firsts(at_work=frozenset(self._running.export_ids)):
            if export.user_id not in users and export.project_id not in projects:
                return await self._take(export)
        return None

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


def _comes_by_itself(firsts: Sequence[QueuedExport]) -> bool:
    """Whether the stream's next message is that of the fairest, or as good."""
    fairest = firsts[0]
    if fairest.early:
        return False
    if len(firsts) == 1:
        return True
    return not fairest.attempts and fairest.seq == min(export.seq for export in firsts)
