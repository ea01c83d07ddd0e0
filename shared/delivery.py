"""The way of one delivered message.

Decode, look at its history, attempt, and end in one of four ways.

*done*: results published, then acknowledged. *retry*: the world's fault, handed back with a delay.
*fail*: the maker's fault, ended at once. *bury*: nobody can do this, see :mod:`shared.burial`.
Whatever dies in between, the message comes again.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
import nats.errors
import structlog

from shared import events, metrics
from shared.attempt import CanceledByUserError, Limits, StuckError, UserCancel, supervise
from shared.burial import (
    CrashLoopError,
    DeadMessage,
    Grave,
    UnexpectedEventError,
    unreadable,
)
from shared.chatter import Chatter
from shared.errors import ProjectError, UnavailableError
from shared.events import (
    AttemptFailed,
    ExportCanceled,
    ExportFailed,
    ExportStarted,
    ExportStopped,
    Fact,
    Failure,
    now,
)
from shared.facts import Facts
from shared.retry import (
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
    outage_delay_s,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.breaker import Breaker
    from shared.events import AnyFact
    from shared.quarantine import Quarantine
    from shared.retry import History
    from shared.worker import Consumer, Handler

log = structlog.get_logger()

ACK_TIMEOUT_S: Final = 5.0
LINES_PATIENCE_S: Final = 60.0  # log lines are worth waiting for, facts more
STOPPING: Final = Failure(
    code="worker-stopping", message="Its worker is being replaced.", retryable=True
)
LOST: Final = Failure(
    code=WORKER_LOST,
    message="Its worker has died; it is tried again.",
    retryable=True,
)


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """What all deliveries of a worker share."""

    js: JetStreamContext
    consumer: Consumer
    handler: Handler[Any]
    breaker: Breaker
    quarantine: Quarantine
    running: dict[str, UserCancel]  # by export id, what this process has in hand
    ack_wait_s: float


class Delivery:
    """One message in one worker's hands."""

    def __init__(self, workplace: Workplace, message: Msg) -> None:
        self._place = workplace
        self._consumer = workplace.consumer
        self._message = message
        self._facts = Facts(workplace.js)
        self._grave = Grave(workplace.js, self._facts, worker=workplace.consumer.worker)
        self._heartbeat_s = workplace.ack_wait_s / 3

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
            await self._hand_back(self._patience_s())
        except asyncio.CancelledError:
            await asyncio.shield(self._hand_back(0))
            raise
        except StuckError:
            raise
        except Exception:
            log.exception("message.failed", consumer=consumer)  # our bug, outside of the handler
            await self._hand_back(self._patience_s())
        finally:
            metrics.IN_HAND.labels(consumer).dec()
            metrics.HANDLED.labels(consumer, outcome).inc()
            metrics.HANDLE_SECONDS.labels(consumer).observe(time.perf_counter() - started)

    async def _outcome(self) -> str:
        try:
            event = events.decode(self._message.data)
        except msgspec.MsgspecError as error:
            refused = unreadable(self._message.data, error)
            return await self._bury(None, refused.code, refused)
        if not isinstance(event, self._consumer.event_type):
            wrong = UnexpectedEventError(f"{type(event).__name__} on {self._message.subject}")
            return await self._bury(event, wrong.code, wrong)
        with structlog.contextvars.bound_contextvars(
            export_id=event.export_id, generation=event.generation
        ):
            return await self._take(event)

    async def _take(self, event: Fact) -> str:
        """One process works on an export once, and hears of a cancel from here on."""
        running = self._place.running
        if event.export_id in running:
            await self._hand_back(self._place.ack_wait_s)
            return "returned"
        running[event.export_id] = cancel = UserCancel(event.generation)
        try:
            return await self._consider(event, cancel)
        finally:
            del running[event.export_id]

    async def _consider(self, event: Fact, cancel: UserCancel) -> str:
        facts = [fact for _, fact in await self._facts.of(event.export_id)]
        past = history(facts, generation=event.generation, stage=self._consumer.stage)
        if past.over:
            return await self._skip(event, past)
        if past.crashes >= MAX_CRASHES:
            error = CrashLoopError(f"It has stopped {past.crashes} workers, one after another.")
            return await self._bury(event, error.code, error, past)
        if past.unfinished:
            return await self._after_crash(event, past)
        alone = past.crashes >= ALONE_AFTER
        async with AsyncExitStack() as turn:
            async with self._kept_alive():
                await turn.enter_async_context(self._place.quarantine.enter(alone=alone))
            return await self._attempt(event, past, cancel)

    async def _attempt(self, event: Fact, past: History, cancel: UserCancel) -> str:
        attempt = past.next_attempt
        await self._facts.publish(
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
                await self._obey(event)
                return await self._acknowledge("canceled")

    async def _work(self, event: Fact, attempt: int, past: History, cancel: UserCancel) -> str:
        chatter = Chatter(self._place.js, event.export_id, event.generation)
        begun = time.perf_counter()
        try:
            facts = await self._supervised(event, chatter, cancel)
            async with self._kept_alive():
                await chatter.close(patience_s=LINES_PATIENCE_S)  # they come before what they tell
            for fact in facts:
                if await self._publish(fact) != fact:
                    await self._place.handler.discard(fact)  # another worker was quicker
        except CanceledByUserError:
            raise
        except asyncio.CancelledError:
            await asyncio.shield(self._drained(event, attempt, past))
            raise
        except Exception as error:
            mine = not isinstance(error, ProjectError)  # a stack only where it may be our fault
            log.warning("attempt.failed", error=str(error), exc_info=mine)
            await self._tell(chatter, error)
            build_s = time.perf_counter() - begun
            outcome = await self._after_failure(event, error, attempt, past, build_s=build_s)
            if isinstance(error, StuckError):
                raise
            return outcome
        finally:
            await chatter.close()
        self._place.breaker.succeeded(event.export_id)
        return await self._acknowledge("done")

    async def _supervised(
        self, event: Fact, chatter: Chatter, cancel: UserCancel
    ) -> Sequence[Fact]:
        return await supervise(
            self._place.handler(event, chatter),
            Limits(
                timeout_s=self._consumer.retry.processing_timeout_ms / 1_000,
                stall_s=self._consumer.stall_s,
                stop_s=self._consumer.stop_s,
            ),
            cancel=cancel,
            beat=self._beat,
            heartbeat_s=self._heartbeat_s,
            advanced_at=lambda: chatter.advanced_at,
        )

    async def _after_failure(
        self, event: Fact, error: Exception, attempt: int, past: History, *, build_s: float
    ) -> str:
        decision = decide(error, failures=past.failures, policy=self._consumer.retry)
        decision = self._weighed(event, error, decision, past)
        failure = describe(error)
        match decision:
            case Retry(delay_s=delay_s, failures=failures):
                await self._again(event, attempt, failure, delay_s=delay_s, failures=failures)
                return "retry"
            case Fail():
                await self._publish(
                    ExportFailed(
                        **event.identity,
                        stage=self._consumer.stage,
                        error=failure,
                        build_s=build_s,
                    )
                )
                return await self._acknowledge("failed")
            case Bury(reason=reason):
                return await self._bury(event, reason, error, past)

    async def _tell(self, chatter: Chatter, error: Exception) -> None:
        """The maker reads of it in the log, before the facts tell it."""
        chatter.log(describe(error).message, "error")
        async with self._kept_alive():
            await chatter.close(patience_s=LINES_PATIENCE_S)

    def _weighed(
        self, event: Fact, error: Exception, decision: Retry | Fail | Bury, past: History
    ) -> Retry | Fail | Bury:
        """The breaker's word: where most jobs fail alike, that does not speak against this one."""
        breaker = self._place.breaker
        if isinstance(decision, Fail):
            breaker.succeeded(event.export_id)
        elif isinstance(error, UnavailableError):
            breaker.outage()
            return Retry(self._patience_s(), past.failures)
        elif breaker.failed(event.export_id, cause_of(error)):
            return Retry(OUTAGE_DELAY_S, past.failures)
        return decision

    async def _after_crash(self, event: Fact, past: History) -> str:
        """The last worker did not live to tell; wait, longer each time, before another tries."""
        metrics.WORKERS_LOST.labels(self._consumer.durable).inc()
        base_s = self._consumer.retry.base_delay_ms / 1_000
        delay_s = backoff_s(past.crashes - 1, base_s=base_s)
        log.warning("worker.lost", crashes=past.crashes, retry_s=round(delay_s, 1))
        for attempt in sorted(past.unfinished):
            await self._again(event, attempt, LOST, delay_s=delay_s, failures=past.failures)
        return "retry"

    async def _again(
        self, event: Fact, attempt: int, failure: Failure, *, delay_s: float, failures: int
    ) -> None:
        await self._publish(
            AttemptFailed(
                **event.identity,
                stage=self._consumer.stage,
                attempt=attempt,
                failures=failures,
                error=failure,
                retry_at=now() + timedelta(seconds=delay_s),
            )
        )
        await self._hand_back(delay_s)

    async def _skip(self, event: Fact, past: History) -> str:
        """Nothing is left to do, but perhaps a cancel's receipt or a letter that is still owed."""
        ending = past.ending
        if isinstance(ending, ExportCanceled):
            await self._obey(event)
        elif isinstance(ending, ExportFailed) and ending.letter_owed:
            dead = DeadMessage.in_hand(self._message, self._consumer.durable)
            await self._grave.write(
                dead, event, str(ending.reason), RuntimeError(ending.error.message), past
            )
        return await self._acknowledge("skipped")

    async def _bury(
        self, event: Fact | None, reason: str, error: Exception, past: History | None = None
    ) -> str:
        dead = DeadMessage.in_hand(self._message, self._consumer.durable)
        if event is None and self._place.breaker.failed(str(dead.seq), reason):
            await self._hand_back(self._patience_s())
            return "retry"
        burial = await self._grave.bury(dead, event, reason, error, past)
        if burial.letter is None:
            await self._hand_back(self._patience_s())
            return "letter-owed"
        if event is not None and isinstance(burial.ending, ExportCanceled):
            await self._obey(event)
        return await self._acknowledge("buried")

    async def _drained(self, event: Fact, attempt: int, past: History) -> None:
        """Told to stop in the middle: the attempt ends without counting against the job."""
        with suppress(UnavailableError):
            await self._facts.publish(
                AttemptFailed(
                    **event.identity,
                    stage=self._consumer.stage,
                    attempt=attempt,
                    failures=past.failures,
                    error=STOPPING,
                    retry_at=now(),
                ),
                patience_s=2.0,
            )

    async def _obey(self, event: Fact) -> None:
        """The attempt, if there was one, is over: remove what is left and give the receipt."""
        await self._place.handler.discard(event)
        await self._facts.publish(
            ExportStopped(**event.identity, stage=self._consumer.stage, parts_aborted=True)
        )

    async def _publish(self, fact: Fact) -> AnyFact:
        """For as long as it takes: what was done is not done again because NATS is away or full.

        Returns:
            What the stream holds in its place: the same, or that of another worker.

        Raises:
            CanceledByUserError: It was canceled just before this end.
        """
        while True:
            try:
                first, _ = await self._facts.publish_first(fact, patience_s=self._heartbeat_s)
            except UnavailableError as error:
                log.warning("fact.waits", fact=fact.name, error=str(error))
                await self._beat()
                await asyncio.sleep(1.0)
            else:
                break
        if isinstance(first, ExportCanceled):
            raise CanceledByUserError
        return first

    async def _acknowledge(self, outcome: str) -> str:
        """Where this fails the message comes again and finds its own facts."""
        await self._message.ack_sync(timeout=ACK_TIMEOUT_S)
        log.info("message.handled", outcome=outcome)
        return outcome

    async def _hand_back(self, delay_s: float) -> None:
        with suppress(nats.errors.Error, TimeoutError):
            await self._message.nak(delay=delay_s or None)

    def _patience_s(self) -> float:
        return outage_delay_s(self._message.metadata.num_delivered)

    async def _beat(self) -> None:
        """Without an answer; one that is lost is followed by the next."""
        with suppress(nats.errors.Error):
            await self._message.in_progress()

    @asynccontextmanager
    async def _kept_alive(self) -> AsyncIterator[None]:
        """Heartbeats while the message waits for its turn."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(self._heartbeat_s)
                await self._beat()

        beating = asyncio.create_task(beat())
        try:
            yield
        finally:
            beating.cancel()
