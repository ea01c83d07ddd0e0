"""The events that a worker publishes about its job."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import structlog
from msgspec import UNSET

from shared.domain.events import (
    AttemptFailed,
    ExportFailed,
    ExportPackaged,
    ExportStarted,
    ExportStopped,
    Failure,
    now,
)
from shared.errors import UnavailableError
from shared.jetstream.event_log import OvertakenError

if TYPE_CHECKING:
    from shared.domain.events import AnyEvent, Event
    from shared.jetstream.event_log import EventLog
    from shared.worker.contract import Consumer
    from shared.worker.job import Job

log = structlog.get_logger()

WAIT_S: Final = 1.0  # until an event is published again that the stream did not take
DRAIN_PATIENCE_S: Final = 2.0
STOPPING: Final = Failure(
    code="worker-stopping", message="Its worker is being replaced.", retryable=True
)


class JobEvents:
    """Publishes what happens to a job, as events of its export's generation and stage."""

    def __init__(self, events: EventLog, consumer: Consumer, job: Job) -> None:
        self._events = events
        self._worker = consumer.worker
        self._job = job
        self._about: dict[str, Any] = {**job.event.identity, "stage": consumer.stage}

    async def started(self) -> bool:
        """An attempt starts; False where another worker has just begun it.

        Raises:
            OvertakenError: It has not: what was thought to be all its history is not.
        """
        job = self._job
        event = ExportStarted(
            **self._about,
            attempt=job.attempt,
            worker=self._worker,
            out_of_turn=True if job.message.out_of_turn else UNSET,
        )
        if job.newest_seq is not None:
            job.began = event
            job.newest_seq = await self._events.publish_next(event, job.newest_seq)
            return True
        first = (await self._events.publish_first(event)).event
        return isinstance(first, ExportStarted) and first.worker == self._worker

    async def attempt_failed(
        self, attempt: int, why: Failure, *, delay_s: float, failures: int
    ) -> None:
        """An attempt has failed and another follows; ``failures`` is the count from now on."""
        await self.publish(self._attempt_failed(attempt, why, delay_s=delay_s, failures=failures))

    async def drained(self) -> None:
        """The attempt is over without counting, because its worker is told to stop."""
        attempt, failures = self._job.attempt, self._job.history.failures
        over = self._attempt_failed(attempt, STOPPING, delay_s=0, failures=failures)
        with suppress(UnavailableError):
            await self._events.publish(over, patience_s=DRAIN_PATIENCE_S)

    async def failed(self, why: Failure, *, build_s: float) -> AnyEvent:
        """The export ends by the project's fault, unless it has ended before."""
        return await self.publish(ExportFailed(**self._about, error=why, build_s=build_s))

    async def stopped(self, *, parts_aborted: bool) -> bool:
        """A cancel was obeyed: nothing of the job runs any more; false where that was said."""
        stopped = ExportStopped(**self._about, parts_aborted=parts_aborted)
        return not (await self._events.publish(stopped)).duplicate

    async def publish(self, event: Event) -> AnyEvent:
        """For as long as it takes: what was done is not done again because NATS is away or full.

        Returns:
            What the stream holds in its place: the same, or what came first.
        """
        message = self._job.message
        if isinstance(event, ExportPackaged) and await self._follows_at_once(event):
            return cast("AnyEvent", event)
        while True:
            try:
                patience_s = message.heartbeat_s
                first = await self._events.publish_first(event, patience_s=patience_s)
            except UnavailableError as error:
                log.warning("event.waits", kind=event.name, error=str(error))
                await message.heartbeat()
                await asyncio.sleep(WAIT_S)
            else:
                return first.event

    async def _follows_at_once(self, packaged: ExportPackaged) -> bool:
        """Whether it has been published as what comes next: its reader need not ask for more."""
        if self._job.newest_seq is None:
            return False
        message = self._job.message
        try:
            await self._events.publish_next(
                packaged,
                self._job.newest_seq,
                patience_s=message.heartbeat_s,
                is_straight=True,
            )
        except (OvertakenError, UnavailableError):
            await message.heartbeat()  # the next try may take as long as this one
            return False
        return True

    def _attempt_failed(
        self, attempt: int, why: Failure, *, delay_s: float, failures: int
    ) -> AttemptFailed:
        retry_at = now() + timedelta(seconds=delay_s)
        return AttemptFailed(
            **self._about, attempt=attempt, failures=failures, error=why, retry_at=retry_at
        )
