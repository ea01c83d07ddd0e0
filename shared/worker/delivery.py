"""The way of one delivered message, from top to bottom.

It is decoded, its export's history is read, it is attempted, and what came of that is published:
results, another attempt later, the export's failure, or a dead letter
(:mod:`shared.worker.dead_letter_writer`). Only then the message is acknowledged or handed back, so
that whatever dies in between, it comes again and finds those events.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Final, cast

import msgspec
import nats.errors
import structlog
from msgspec import UNSET

from shared.domain.events import ExportCanceled, ExportFailed, Failure, decode_event, now
from shared.domain.loads import Load
from shared.domain.log_keys import keys_of
from shared.errors import ExportError, PreflightError, ProjectError, UnavailableError
from shared.jetstream.event_log import EventLog, OvertakenError, StoredEvent, is_straight
from shared.jetstream.progress_reporter import ProgressReporter
from shared.metrics import work as metrics
from shared.tracing import spans
from shared.tracing.context import within
from shared.worker.attempt import (
    AttemptTimeoutError,
    Canceled,
    Failed,
    Finished,
    Limits,
    StuckError,
    supervise,
)
from shared.worker.attempt_spans import attempt_span, record_lost
from shared.worker.dead_letter_writer import (
    CrashLoopError,
    DeadLetterWriter,
    UnexpectedEventError,
    unreadable,
)
from shared.worker.job import Job
from shared.worker.job_events import JobEvents
from shared.worker.outcomes import Outcome
from shared.worker.results import log_result
from shared.worker.retry import (
    ALONE_AFTER,
    MAX_CRASHES,
    MAX_DELAY_S,
    OUTAGE_DELAY_S,
    WORKER_LOST,
    Fail,
    Retry,
    ToDeadLetter,
    backoff_s,
    cause_of,
    decide,
    describe,
    follows,
    history,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.domain.events import AnyEvent, Event
    from shared.worker.contract import WorkerContext
    from shared.worker.message import TakenMessage
    from shared.worker.retry import Decision, History

log = structlog.get_logger()

CLOCKS_DIFFER_S: Final = 1.0  # a wait below that is none
ROOM_S: Final = 1.0  # until it is looked again whether there is room
LOST: Final = Failure(
    code=WORKER_LOST, message="Its worker has died; it is tried again.", retryable=True
)


class Delivery:
    """One message in one worker's hands."""

    def __init__(self, context: WorkerContext, message: TakenMessage) -> None:
        self._context = context
        self._consumer = context.consumer
        self._breaker = context.breaker
        self._message = message
        self._events = EventLog(context.js)
        self._dead_letters = DeadLetterWriter(
            context.js, self._events, worker=context.consumer.worker
        )
        self._job: Job | None = None

    async def run(self) -> None:
        """Go all the way; this is the one place that catches what goes wrong on it.

        Every way out leaves the message acknowledged, handed back, or to come again by itself. What
        the handler raises is no error here but the attempt's result.

        Raises:
            StuckError: The attempt does not end; this process must.
        """
        consumer = self._consumer.durable
        began = time.perf_counter()
        outcome = Outcome.RETURNED
        metrics.IN_HAND.labels(consumer).inc()
        try:
            with (
                within(self._message.trace),
                structlog.contextvars.bound_contextvars(consumer=consumer),
            ):
                outcome = await self._decode()
        except asyncio.CancelledError:
            await asyncio.shield(self._drain())
            raise
        except StuckError:
            raise
        except (UnavailableError, nats.errors.Error) as error:
            log.warning("message.returned", consumer=consumer, error=str(error))
            self._breaker.outage()
            await self._return()
        except Exception:
            log.exception("message.failed", consumer=consumer)  # our bug, outside of the handler
            await self._return()
        finally:
            metrics.IN_HAND.labels(consumer).dec()
            metrics.HANDLED.labels(consumer, outcome).inc()
            metrics.HANDLE_SECONDS.labels(consumer).observe(time.perf_counter() - began)

    async def _decode(self) -> Outcome:
        """What cannot be read, or does not belong here, is a dead letter at once."""
        try:
            event = decode_event(self._message.data)
        except msgspec.MsgspecError as error:
            refused = unreadable(self._message.data, error)
            if self._breaker.failed(refused.code, **self._named()):
                return await self._return(Outcome.RETRY)
            return await self._dead_letter(None, refused.code, refused)
        if not isinstance(event, self._consumer.event_type):
            wrong = UnexpectedEventError(f"{type(event).__name__} on {self._message.subject}")
            return await self._dead_letter(event, wrong.code, wrong)
        with structlog.contextvars.bound_contextvars(**keys_of(event)):
            return await self._take(event)

    async def _take(self, event: Event) -> Outcome:
        """One process works on an export once, and a cancel reaches the job from here on."""
        reporter = ProgressReporter(
            self._context.js, event.export_id, event.generation, self._context.outbox
        )
        job = Job(event=event, message=self._message, reporter=reporter)
        if self._message.first_time and is_straight(event, self._message.headers):
            job.newest_seq = self._message.seq
        self._job = job
        try:
            if not self._context.running.add(job):
                return await self._leave_to_other()
            with suppress(OvertakenError):
                return await self._consider(job)
            job.newest_seq = None
            return await self._consider(job)
        finally:
            self._context.running.remove(job)
            await reporter.finish()

    async def _consider(self, job: Job) -> Outcome:
        """What its history leaves to be done."""
        event = job.event
        job.stored = await self._stored(job)
        job.history = past = history(
            (one.event for one in job.stored),
            generation=event.generation,
            stage=self._consumer.stage,
        )
        if past.over:
            return await self._skip(job)
        if past.crashes >= MAX_CRASHES:
            record_lost(job, self._consumer)
            error = CrashLoopError(f"It has stopped {past.crashes} workers, one after another.")
            return await self._dead_letter(event, error.code, error)
        if past.unfinished:
            if await self._elsewhere(past):
                return await self._leave_to_other()
            return await self._wait_after_crash(job)
        if self._message.first_time and (wait_s := past.wait_s(now())) > CLOCKS_DIFFER_S:
            await self._message.hand_back(min(wait_s, MAX_DELAY_S))
            return Outcome.RETURNED  # it has failed out of turn, and its next attempt is not due
        load = Load.of(event)
        if self._message.first_time and not self._has_room(load):
            await self._message.hand_back(ROOM_S)
            return Outcome.RETURNED  # nobody has asked for it here: another process may have room
        async with AsyncExitStack() as turn:
            async with self._message.kept_alive():
                if not self._has_room(load):
                    await self._wait_for_room(job, load)
                turn.enter_context(self._context.room.holding(self._consumer.durable, load))
                alone = past.crashes >= ALONE_AFTER
                await turn.enter_async_context(self._context.isolation.enter(alone=alone))
            with (
                structlog.contextvars.bound_contextvars(attempt=job.attempt),
                attempt_span(job, self._consumer) as span,
            ):
                outcome = await self._attempt(job)
                span.set({"aethel.outcome": outcome})
                return outcome

    def _has_room(self, load: Load) -> bool:
        return self._context.room.has_room(self._consumer.durable, load)

    async def _wait_for_room(self, job: Job, load: Load) -> None:
        """Keep a place among those who wait, until there is room or a cancel."""
        room = self._context.room
        with room.waiting(self._consumer.durable, load) as place:
            while not (room.has_room(place, load) or job.canceled):  # noqa: ASYNC110 - no one event
                await asyncio.sleep(ROOM_S)

    async def _stored(self, job: Job) -> Sequence[StoredEvent]:
        """What has happened to the export; what tells it by itself is all, until ``started``.

        The stream refuses that where something else has happened, and then it is asked. A
        ``started`` of ours that was in it all the same is none: it is about to be published again.
        """
        if job.newest_seq is not None:
            return [StoredEvent(job.newest_seq, cast("AnyEvent", job.event), self._message.trace)]
        stored = await self._events.stored(job.event.export_id)
        return [one for one in stored if job.began is None or one.event != job.began]

    async def _attempt(self, job: Job) -> Outcome:
        """The handler does its work, and its result is published."""
        if not await self._about(job).started():
            return await self._leave_to_other()
        job.attempting = True
        log.info("attempt.started", worker=self._consumer.worker, waited_s=_waited_s(job))
        limits = Limits(
            timeout_s=self._consumer.retry.processing_timeout_ms / 1_000,
            stall_s=self._consumer.stall_s,
            stop_s=self._consumer.stop_s,
        )
        began = time.perf_counter()
        match await supervise(job, self._context.handler(job.event, job.reporter), limits):
            case Finished(results):
                return await self._finish(job, results, seconds=time.perf_counter() - began)
            case Canceled():
                return await self._cancel(job)
            case Failed(error):
                build_s = max(time.perf_counter() - began - job.reporter.idle_s, 0.0)
                outcome = await self._fail(job, await self._cause(error), build_s=build_s)
                if isinstance(error, StuckError):
                    raise error
                return outcome

    async def _cause(self, error: Exception) -> Exception:
        """A server that hangs is no fault of an export whose attempt takes too long by it."""
        if not isinstance(error, AttemptTimeoutError):
            return error
        async with self._message.kept_alive():
            return await self._breaker.away() or error

    async def _finish(self, job: Job, results: Sequence[Event], *, seconds: float) -> Outcome:
        """Publish the results; where another worker was quicker, what this one made is removed."""
        await self._send_last_lines(job, done=bool(results))
        for event in results:
            first = await self._about(job).publish(event)
            if isinstance(first, ExportCanceled):
                return await self._cancel(job)
            if first == event:
                log_result(event, seconds=seconds)
            else:
                await self._context.handler.discard(event)
        job.attempting = False
        self._breaker.succeeded(**_tenant(job.event))
        return await self._acknowledge(Outcome.DONE)

    async def _fail(self, job: Job, error: Exception, *, build_s: float) -> Outcome:
        """The attempt has failed: another follows, or the export ends."""
        failure = describe(error)
        spans.here().failed(failure.code)
        job.reporter.log(failure.message, "error")
        await self._send_last_lines(job)
        decision = self._decide(job, error)
        ours = not isinstance(error, ProjectError)  # a stack only where it may be our fault
        log.warning(
            "attempt.failed",
            code=failure.code,
            error=str(error),
            seconds=round(build_s, 3),
            exc_info=error if ours else None,
            **follows(decision),
        )
        match decision:
            case Retry(delay_s, failures):
                return await self._retry(
                    job, [job.attempt], failure, delay_s=delay_s, failures=failures
                )
            case Fail():
                charged_s = 0.0 if isinstance(error, PreflightError) else build_s
                return await self._end(job, failure, build_s=charged_s)
            case ToDeadLetter(reason):
                return await self._dead_letter(job.event, reason, error)

    def _decide(self, job: Job, error: Exception) -> Decision:
        """The policy's, and the breaker's: where most fail alike, that speaks against none."""
        failures = job.history.failures
        decision = decide(error, failures=failures, policy=self._consumer.retry)
        if isinstance(decision, Fail):
            self._breaker.succeeded(**_tenant(job.event))
        elif isinstance(error, ExportError) and error.of_project:
            return decision
        elif isinstance(error, UnavailableError):
            self._breaker.outage()
            return Retry(self._message.outage_delay_s, failures)
        elif self._breaker.failed(cause_of(error), **_tenant(job.event)):
            return Retry(OUTAGE_DELAY_S, failures)
        return decision

    async def _elsewhere(self, past: History) -> bool:
        """Whether another worker is at it: the message was not delivered again by its silence."""
        newest = past.newest
        if newest is None or newest.out_of_turn is UNSET:
            return self._message.out_of_turn
        return await self._context.elsewhere.alive(newest)

    async def _leave_to_other(self) -> Outcome:
        """Another slot or worker is at it; it comes again, in case that one dies."""
        await self._message.hand_back(self._message.elsewhere_delay_s)
        return Outcome.RETURNED

    async def _wait_after_crash(self, job: Job) -> Outcome:
        """The last worker died without a word: wait, longer each time, before another tries."""
        record_lost(job, self._consumer)
        past = job.history
        base_s = self._consumer.retry.base_delay_ms / 1_000
        delay_s = backoff_s(past.crashes - 1, base_s=base_s)
        log.warning("worker.lost", crashes=past.crashes, retry_s=round(delay_s, 1))
        return await self._retry(
            job, sorted(past.unfinished), LOST, delay_s=delay_s, failures=past.failures
        )

    async def _retry(
        self, job: Job, attempts: Iterable[int], why: Failure, *, delay_s: float, failures: int
    ) -> Outcome:
        """These attempts have failed, and another follows; ``failures`` is the count from now."""
        for attempt in attempts:
            await self._about(job).attempt_failed(attempt, why, delay_s=delay_s, failures=failures)
        job.attempting = False
        await self._message.hand_back(delay_s)
        return Outcome.RETRY

    async def _end(self, job: Job, failure: Failure, *, build_s: float) -> Outcome:
        """The project's fault: the export ends, and says what to do."""
        first = await self._about(job).failed(failure, build_s=build_s)
        if isinstance(first, ExportCanceled):
            return await self._cancel(job)
        job.attempting = False
        return await self._acknowledge(Outcome.FAILED)

    async def _dead_letter(self, event: Event | None, reason: str, error: Exception) -> Outcome:
        """Nobody can do this: a dead letter, then ``failed`` for its user."""
        dead = self._message.dead(self._consumer.durable)
        written = await self._dead_letters.write(dead, event, reason, error)
        job = self._job
        if job is not None:
            job.attempting = False
        if written.seq is None:
            return await self._return(Outcome.DEAD_LETTER_OWED)
        if job is not None and isinstance(written.terminal_event, ExportCanceled):
            await self._confirm_cancel(job)
        return await self._acknowledge(Outcome.DEAD_LETTERED)

    async def _cancel(self, job: Job) -> Outcome:
        """Its user has ended it, and the attempt, if there was one, is over."""
        await self._confirm_cancel(job)
        job.attempting = False
        return await self._acknowledge(Outcome.CANCELED)

    async def _skip(self, job: Job) -> Outcome:
        """Nothing is left to do but what somebody who died before still owes."""
        end = job.history.terminal_event
        if isinstance(end, ExportCanceled):
            await self._confirm_cancel(job)
        elif isinstance(end, ExportFailed) and end.dead_letter_owed:
            await self._dead_letters.write_owed(self._message.dead(self._consumer.durable), end)
        log.info("message.skipped", ended=end is not None)
        return await self._acknowledge(Outcome.SKIPPED)

    async def _drain(self) -> None:
        """Told to stop: an attempt is over without counting, and the message comes again at once.

        Also where the attempt had ended and its end was not published yet: it is made again.
        """
        job = self._job
        if job is not None and job.attempting:
            with within(self._message.trace):
                log.info("attempt.handed-back", attempt=job.attempt, **keys_of(job.event))
                await self._about(job).drained()
        await self._message.hand_back(0)

    async def _send_last_lines(self, job: Job, *, done: bool = False) -> None:
        """The maker reads in the log what happened before an event says it, if the log works."""
        async with self._message.kept_alive():
            await job.reporter.finish(done=done)

    async def _confirm_cancel(self, job: Job) -> None:
        """Remove what is left, and say that nothing runs any more."""
        await self._context.handler.discard(job.event)
        parts_aborted = not (job.history.parts_left or job.reporter.parts_left)
        if await self._about(job).stopped(parts_aborted=parts_aborted):
            log.info("cancel.acknowledged", parts_aborted=parts_aborted)

    def _named(self) -> dict[str, str]:
        """Whose message it is by its headers, where it cannot be decoded; else its own."""
        headers = self._message.dead(self._consumer.durable).headers
        nobody = str(self._message.seq)
        return {
            "project_id": headers.get("Aethel-Project-Id", nobody),
            "user_id": headers.get("Aethel-User-Id", nobody),
        }

    def _about(self, job: Job) -> JobEvents:
        return JobEvents(self._events, self._consumer, job)

    async def _acknowledge(self, outcome: Outcome) -> Outcome:
        await self._message.acknowledge()
        return outcome

    async def _return(self, outcome: Outcome = Outcome.RETURNED) -> Outcome:
        """Not now: it comes again, later the more often it has come."""
        await self._message.hand_back(self._message.outage_delay_s)
        return outcome


def _waited_s(job: Job) -> float:
    """Since it could have been begun: since it was asked for, or since this attempt was due."""
    due = max(job.event.at, job.history.retry_at or job.event.at)
    return round(max((now() - due).total_seconds(), 0.0), 3)


def _tenant(event: Event) -> dict[str, str]:
    """Whose event it is, for the breaker."""
    return {"project_id": event.project_id, "user_id": event.user_id}
