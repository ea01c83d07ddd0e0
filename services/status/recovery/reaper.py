"""The reaper looks for exports that have stopped moving, and restarts or ends them.

Whatever has lost their message (an operator, a bug, an advisory that never came), no export stays
silent. How long an export is quiet is measured by this process's own monotonic clock and the
server's, so that a wall clock that jumps ends nothing.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import structlog

from services.status.recovery.open_exports import Queued
from services.status.recovery.reaper_policy import (
    NO_WORKER_AFTER,
    ConsumerState,
    FailNoWorker,
    GiveUp,
    Requeue,
    decide,
    pending_message,
)
from shared.domain.events import ExportFailed, ExportPackaged, Failure
from shared.domain.log_keys import keys_of, keys_of_document
from shared.errors import UnavailableError
from shared.jetstream.api_subjects import consumer_info
from shared.jetstream.chatter import ChatterReads
from shared.jetstream.errors import AWAY
from shared.jetstream.event_log import EventLog
from shared.jetstream.progress_reporter import last_progress
from shared.jetstream.topology import EXPORTS, PROGRESS, UPLOADER
from shared.metrics import exports as metrics
from shared.metrics.born import born
from shared.tracing.context import TraceContext, within
from shared.worker.dead_letter import DeadMessage
from shared.worker.dead_letter_writer import LostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.aio.client import Client

    from services.status.recovery.max_deliveries import MaxDeliveriesHandler
    from services.status.recovery.open_exports import OpenExport, OpenExports
    from services.status.recovery.reaper_policy import PendingMessage, RecoveryAction
    from shared.domain.export_document import Document
    from shared.jetstream.key_value import KeyValueStore

log = structlog.get_logger()

born(metrics.REAPED, outcome=("requeued", "failed"))


class Reaper:
    """Restarts or ends exports that have stopped moving.

    One runs in each status pod; what two of them do at once, message ids make one.
    """

    def __init__(
        self,
        nc: Client,
        exports: OpenExports,
        documents: KeyValueStore[Document],
        max_deliveries: MaxDeliveriesHandler,
        *,
        attempt_s: float,
        patience_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._events = EventLog(self._js)
        self._exports = exports
        self._documents = documents
        self._max_deliveries = max_deliveries
        self._attempt_s = attempt_s
        self._patience_s = patience_s
        self._clock = clock
        self._chatter = ChatterReads()
        self._consumers: dict[str, ConsumerState | None] = {}  # as this pass has found them
        self._unwritten: list[DeadMessage] = []  # given up, their dead letters not yet written

    async def run(self, stop: asyncio.Event, *, interval_s: float) -> None:
        """Examine the quiet exports every ``interval_s`` until told to stop."""
        while not stop.is_set():
            try:
                await self._exports.catch_up(stop)
                await self.examine_quiet()
                await self._exports.write_note()
            except (*AWAY, UnavailableError) as error:
                log.warning("reaper.waiting", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), interval_s)

    async def examine_quiet(self) -> None:
        """Examine, once, every export that was quiet for a while."""
        self._consumers.clear()
        for key, export in self._exports.quiet(self._patience_s):
            if not await self._is_queued(export):
                await self._examine(key, export)
        self._unwritten = [dead for dead in self._unwritten if not await self._dead_letter(dead)]

    async def _is_queued(self, export: OpenExport) -> bool:
        """Whether its consumer has just not come to it yet: known without reading its events.

        Nothing has happened to it since it was examined, or it would be told of anew.
        """
        if export.queued is None:
            return False
        consumer = await self._consumer_state(export.queued.durable)
        return consumer is not None and export.queued.waits(consumer)

    async def _examine(self, key: str, export: OpenExport) -> None:
        try:
            document = await self._documents.get(key)
        except msgspec.MsgspecError:  # of a later version, whose processes examine it
            export.moved_at = self._clock()
            return
        if document is None or document.value.state.ended:
            self._exports.forget(key)
            return
        export.revision = document.revision
        events = await self._events.of(document.value.state.id)
        if not any(event.generation >= document.value.generation for _, event in events):
            await self._fail_lost(document.value)
            return
        pending = pending_message(events)
        if pending is None:
            return  # it has ended; the fold is about to tell
        if await self._progressed(document.value.state.id, export):
            export.moved_at = self._clock()
            return
        seq, newest = events[-1]
        stored = await self._events.message(seq)
        consumer = await self._consumer_state(pending.durable)
        if stored is None or stored.time is None or consumer is None:
            return
        export.queued = Queued(pending.durable, pending.seq, stored.time)
        action = decide(
            pending,
            newest,
            consumer,
            quiet_s=self._clock() - export.moved_at,
            patience_s=self._patience_s,
            attempt_s=self._attempt_s,
            last_moved=stored.time,
        )
        with within(TraceContext.of_headers(stored.headers)):
            done = await self._execute(action, pending)
        if done:
            export.moved_at = self._clock()

    async def _fail_lost(self, document: Document) -> None:
        """End an export of which the stream knows nothing (any more): it was made anew."""
        trace = TraceContext.of_id(document.state.trace_id or document.state.id)
        with within(trace):
            await self._events.publish(_events_lost(document))
        metrics.REAPED.labels("failed").inc()
        keys = keys_of_document(document)
        log.error("export.reaped", outcome="failed", action="EventsLost", **keys)

    async def _execute(self, action: RecoveryAction, pending: PendingMessage) -> bool:
        """Do what was decided; whether that was anything."""
        event = pending.event
        match action:
            case Requeue():
                message_id = f"{event.message_id}:requeued:{pending.times_queued}"
                await self._events.publish(event, message_id=message_id)
                outcome = "requeued"
            case GiveUp():
                found = await self._events.message(pending.seq)
                if found is not None:
                    self._unwritten.append(DeadMessage.stored(found, pending.durable, deliveries=0))
                outcome = "failed"
            case FailNoWorker():
                await self._events.publish(_no_worker(pending))
                outcome = "failed"
            case _:
                return False
        metrics.REAPED.labels(outcome).inc()
        log.error(
            "export.reaped",
            outcome=outcome,
            action=type(action).__name__,
            **keys_of(event),
        )
        return True

    async def _dead_letter(self, dead: DeadMessage) -> bool:
        error = LostError("Its message was lost again and again.")
        try:
            return await self._max_deliveries.dead_letter(dead, error.code, error)
        except UnavailableError:
            return False

    async def _progressed(self, export_id: str, export: OpenExport) -> bool:
        read = partial(last_progress, self._js, export_id)
        found = await self._chatter.read(PROGRESS, read, None)
        seq = found[0] if found else 0
        moved = seq not in {0, export.progress_seq}
        export.progress_seq = seq
        return moved

    async def _consumer_state(self, durable: str) -> ConsumerState | None:
        """Asked once in a pass."""
        if durable not in self._consumers:
            self._consumers[durable] = await self._ask(durable)
        return self._consumers[durable]

    async def _ask(self, durable: str) -> ConsumerState | None:
        answer = await self._nc.request(consumer_info(EXPORTS, durable), timeout=5)
        try:
            return msgspec.json.decode(answer.data, type=ConsumerState)
        except msgspec.MsgspecError:
            log.warning("consumer.missing", consumer=durable)
            return None


def _events_lost(document: Document) -> ExportFailed:
    """The end of an export whose events are gone; what it was made of need not be."""
    uploading = isinstance(document.events[document.seq], ExportPackaged)
    message = "The servers have lost its place in the queue. Start the export again."
    return ExportFailed(
        **document.identity,
        stage="upload" if uploading else "build",
        error=Failure(code="events-lost", message=message, retryable=True),
    )


def _no_worker(pending: PendingMessage) -> ExportFailed:
    """The end of an export that no worker has taken up; its message is sound: no dead letter."""
    platform = pending.event.platform
    message = (
        f"Nobody could work on it for {NO_WORKER_AFTER.days} days: no worker for {platform} is "
        "running. Tell the operators, and start the export again."
    )
    return ExportFailed(
        **pending.event.identity,
        stage="upload" if pending.durable == UPLOADER else "build",
        error=Failure(code="no-worker", message=message, retryable=True),
    )
