"""The way of one delivered message, from top to bottom.

Decode it, look at its history, attempt it, decide. It ends (:mod:`shared.worker.outcomes`) in one
of four ways. *done*: results published, then acknowledged. *retry*: the world's fault, handed back
with a delay. *fail*: the maker's fault, ended at once. *bury*: nobody can do this, see
:mod:`shared.worker.dead_letter_writer`. Whatever dies in between, the message comes again.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog

from shared import metrics
from shared.domain.events import Event, ExportStarted, Failure, decode_event
from shared.errors import ProjectError, UnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.progress_reporter import ProgressReporter
from shared.worker.attempt import CanceledByUserError, Limits, StuckError, UserCancel, supervise
from shared.worker.dead_letter_writer import CrashLoopError, UnexpectedEventError, unreadable
from shared.worker.message import DeliveredMessage
from shared.worker.outcomes import Outcomes
from shared.worker.retry import (
    ALONE_AFTER,
    MAX_CRASHES,
    OUTAGE_DELAY_S,
    WORKER_LOST,
    Bury,
    Fail,
    Retry,
    backoff_s,
    cause_of,
    decide,
    describe,
    history,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.aio.msg import Msg

    from shared.worker.contract import WorkerContext
    from shared.worker.retry import Decision, History

log = structlog.get_logger()

LINES_PATIENCE_S: Final = 60.0  # log lines are worth waiting for, events more
LOST: Final = Failure(
    code=WORKER_LOST,
    message="Its worker has died; it is tried again.",
    retryable=True,
)


class Delivery:
    """One message in one worker's hands."""

    def __init__(self, place: WorkerContext, message: Msg) -> None:
        self._place = place
        self._consumer = place.consumer
        self._message = DeliveredMessage(message, ack_wait_s=place.ack_wait_s)
        self._events = EventLog(place.js)
        self._end = Outcomes(place, self._message, self._events)

    async def run(self) -> None:
        """Every way out leaves the message acknowledged, handed back, or to come again.

        Raises:
            StuckError: The attempt does not end; this process must.
        """
        consumer = self._consumer.durable
        started = time.perf_counter()
        outcome = "returned"
        metrics.IN_HAND.labels(consumer).inc()
        try:
            with structlog.contextvars.bound_contextvars(consumer=consumer):
                outcome = await self._outcome()
        except (UnavailableError, nats.errors.Error) as error:
            log.warning("message.returned", consumer=consumer, error=str(error))
            self._place.breaker.outage()
            await self._end.returned()
        except asyncio.CancelledError:
            await asyncio.shield(self._message.hand_back(0))
            raise
        except StuckError:
            raise
        except Exception:
            log.exception("message.failed", consumer=consumer)  # our bug, outside of the handler
            await self._end.returned()
        finally:
            metrics.IN_HAND.labels(consumer).dec()
            metrics.HANDLED.labels(consumer, outcome).inc()
            metrics.HANDLE_SECONDS.labels(consumer).observe(time.perf_counter() - started)

    async def _outcome(self) -> str:
        """Decode it."""
        data = self._message.data
        try:
            event = decode_event(data)
        except msgspec.MsgspecError as error:
            refused = unreadable(data, error)
            if self._place.breaker.failed(str(self._message.seq), refused.code):
                return await self._end.returned("retry")
            return await self._end.buried(None, refused.code, refused)
        if not isinstance(event, self._consumer.event_type):
            wrong = UnexpectedEventError(f"{type(event).__name__} on {self._message.subject}")
            return await self._end.buried(event, wrong.code, wrong)
        with structlog.contextvars.bound_contextvars(
            export_id=event.export_id, generation=event.generation
        ):
            return await self._take(event)

    async def _take(self, event: Event) -> str:
        """One process works on an export once, and hears of a cancel from here on."""
        running = self._place.running
        if event.export_id in running:
            await self._message.hand_back(self._message.ack_wait_s)
            return "returned"
        running[event.export_id] = cancel = UserCancel(event.generation)
        try:
            return await self._consider(event, cancel)
        finally:
            del running[event.export_id]

    async def _consider(self, event: Event, cancel: UserCancel) -> str:
        """Look at its history."""
        events = [event for _, event in await self._events.of(event.export_id)]
        past = history(events, generation=event.generation, stage=self._consumer.stage)
        if past.over:
            return await self._end.skipped(event, past)
        if past.crashes >= MAX_CRASHES:
            error = CrashLoopError(f"It has stopped {past.crashes} workers, one after another.")
            return await self._end.buried(event, error.code, error, past)
        if past.unfinished:
            return await self._after_crash(event, past)
        alone = past.crashes >= ALONE_AFTER
        async with AsyncExitStack() as turn:
            async with self._message.kept_alive():
                await turn.enter_async_context(self._place.isolation.enter(alone=alone))
            return await self._attempt(event, past, cancel)

    async def _after_crash(self, event: Event, past: History) -> str:
        """The last worker did not live to tell; wait, longer each time, before another tries."""
        metrics.WORKERS_LOST.labels(self._consumer.durable).inc()
        base_s = self._consumer.retry.base_delay_ms / 1_000
        delay_s = backoff_s(past.crashes - 1, base_s=base_s)
        log.warning("worker.lost", crashes=past.crashes, retry_s=round(delay_s, 1))
        return await self._end.again(
            event, sorted(past.unfinished), LOST, delay_s=delay_s, failures=past.failures
        )

    async def _attempt(self, event: Event, past: History, cancel: UserCancel) -> str:
        attempt = past.next_attempt
        await self._events.publish(
            ExportStarted(
                **event.identity,
                stage=self._consumer.stage,
                attempt=attempt,
                worker=self._consumer.worker,
            )
        )
        with structlog.contextvars.bound_contextvars(attempt=attempt):
            try:
                return await self._work(event, attempt, past, cancel)
            except CanceledByUserError:
                return await self._end.canceled(event, past)

    async def _work(self, event: Event, attempt: int, past: History, cancel: UserCancel) -> str:
        reporter = ProgressReporter(self._place.js, event.export_id, event.generation)
        begun = time.perf_counter()
        try:
            results = await self._supervised(event, reporter, cancel)
            await self._last_lines(reporter)
            await self._end.tell(results)
        except CanceledByUserError:
            raise
        except asyncio.CancelledError:
            await asyncio.shield(self._end.drained(event, attempt, past))
            raise
        except Exception as error:
            mine = not isinstance(error, ProjectError)  # a stack only where it may be our fault
            log.warning("attempt.failed", error=str(error), exc_info=mine)
            reporter.log(describe(error).message, "error")
            await self._last_lines(reporter)
            build_s = time.perf_counter() - begun
            outcome = await self._after_failure(event, error, attempt, past, build_s=build_s)
            if isinstance(error, StuckError):
                raise
            return outcome
        finally:
            await reporter.close()
        self._place.breaker.succeeded(event.export_id)
        return await self._end.done()

    async def _supervised(
        self, event: Event, reporter: ProgressReporter, cancel: UserCancel
    ) -> Sequence[Event]:
        return await supervise(
            self._place.handler(event, reporter),
            Limits(
                timeout_s=self._consumer.retry.processing_timeout_ms / 1_000,
                stall_s=self._consumer.stall_s,
                stop_s=self._consumer.stop_s,
            ),
            cancel=cancel,
            beat=self._message.beat,
            heartbeat_s=self._message.heartbeat_s,
            advanced_at=lambda: reporter.advanced_at,
        )

    async def _last_lines(self, reporter: ProgressReporter) -> None:
        """The maker reads in the log what happened, before the events tell it."""
        async with self._message.kept_alive():
            await reporter.close(patience_s=LINES_PATIENCE_S)

    async def _after_failure(
        self, event: Event, error: Exception, attempt: int, past: History, *, build_s: float
    ) -> str:
        match self._decision(event, error, past):
            case Retry(delay_s=delay_s, failures=failures):
                return await self._end.again(
                    event, [attempt], describe(error), delay_s=delay_s, failures=failures
                )
            case Fail():
                return await self._end.failed(event, error, build_s=build_s)
            case Bury(reason=reason):
                return await self._end.buried(event, reason, error, past)

    def _decision(self, event: Event, error: Exception, past: History) -> Decision:
        """The policy's, and the breaker's: where most fail alike, that speaks against none."""
        breaker = self._place.breaker
        decision = decide(error, failures=past.failures, policy=self._consumer.retry)
        if isinstance(decision, Fail):
            breaker.succeeded(event.export_id)
        elif isinstance(error, UnavailableError):
            breaker.outage()
            return Retry(self._message.patience_s, past.failures)
        elif breaker.failed(event.export_id, cause_of(error)):
            return Retry(OUTAGE_DELAY_S, past.failures)
        return decision
