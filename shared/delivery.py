"""The way of one delivered message.

Decode, look at its history, attempt, and end in one of four ways.

*done*: results published, then acknowledged. *retry*: the world's fault, handed back with a delay.
*fail*: the maker's fault, ended at once. *bury*: nobody can do this, see :mod:`shared.burial`.
Whatever dies in between, the message comes again.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
import nats.errors
import structlog

from shared import events, metrics
from shared.burial import Grave
from shared.chatter import Chatter
from shared.errors import UnavailableError
from shared.events import (
    AttemptFailed,
    ExportCanceled,
    ExportFailed,
    ExportStarted,
    ExportStopped,
    Fact,
    now,
)
from shared.facts import Facts
from shared.retry import MAX_CRASHES, Bury, Fail, Retry, decide, describe, history
from shared.streams import ACK_WAIT_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.retry import History
    from shared.worker import Consumer, Handler

log = structlog.get_logger()

HEARTBEAT_S: Final = ACK_WAIT_S / 3
STALL_S: Final = 180.0  # no progress and no log line for so long: hung
ACK_TIMEOUT_S: Final = 5.0


class UserCancel:
    """Lets a cancel reach the attempt that it is meant for."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.task: asyncio.Task[Any] | None = None
        self.asked = False

    def cancel(self) -> None:
        """Stop the attempt, if one is running."""
        self.asked = True
        if self.task is not None:
            self.task.cancel()


class CanceledByUserError(Exception):
    """The attempt was stopped because its export was canceled."""


class Delivery:
    """One message in one worker's hands."""

    def __init__(
        self,
        js: JetStreamContext,
        consumer: Consumer,
        handler: Handler[Any],
        message: Msg,
        running: dict[str, UserCancel],
    ) -> None:
        self._js = js
        self._facts = Facts(js)
        self._consumer = consumer
        self._handler = handler
        self._message = message
        self._running = running

    async def run(self) -> None:
        """Never raises but for cancellation.

        Every way out leaves the message acknowledged, handed back, or to come again.
        """
        consumer = self._consumer.durable
        started = time.perf_counter()
        metrics.IN_HAND.labels(consumer).inc()
        try:
            with structlog.contextvars.bound_contextvars(consumer=consumer):
                outcome = await self._outcome()
        except (UnavailableError, nats.errors.Error) as error:
            outcome = "returned"
            log.warning("message.returned", consumer=consumer, error=str(error))
            await self._hand_back(ACK_WAIT_S / 3)
        finally:
            metrics.IN_HAND.labels(consumer).dec()
        metrics.HANDLED.labels(consumer, outcome).inc()
        metrics.HANDLE_SECONDS.labels(consumer).observe(time.perf_counter() - started)

    async def _outcome(self) -> str:
        try:
            event = events.decode(self._message.data)
        except msgspec.MsgspecError as error:
            return await self._bury(None, Bury("undecodable"), error)
        if not isinstance(event, self._consumer.event_type):
            return await self._bury(
                event, Bury("unexpected-event"), TypeError(type(event).__name__)
            )
        with structlog.contextvars.bound_contextvars(
            export_id=event.export_id, generation=event.generation
        ):
            return await self._attempt(event)

    async def _attempt(self, event: Fact) -> str:
        past = await self._history(event)
        if past.over:
            return await self._skip(event, past)
        if past.crashes >= MAX_CRASHES:
            return await self._bury(
                event, Bury("crash-loop"), RuntimeError(f"{past.crashes} workers died of it")
            )
        attempt = past.next_attempt
        await self._facts.publish(
            ExportStarted(
                **event.identity,
                stage=self._consumer.stage,
                attempt=attempt,
                worker=self._consumer.worker,
            )
        )
        structlog.contextvars.bind_contextvars(attempt=attempt)
        chatter = Chatter(self._js, event.export_id, event.generation)
        try:
            results = await self._supervised(event, chatter)
        except CanceledByUserError:
            await self._obey(event)
            return await self._acknowledge("canceled")
        except asyncio.CancelledError:
            await asyncio.shield(self._drained(event, attempt, past))
            raise
        except Exception as error:
            log.exception("attempt.failed", attempt=attempt)
            return await self._after_failure(event, error, attempt, past, chatter)
        finally:
            await chatter.close()
        for fact in results:
            await self._facts.publish(fact)
        return await self._acknowledge("done")

    async def _history(self, event: Fact) -> History:
        """One request where nothing has happened yet; all of the export's facts otherwise."""
        last = await self._facts.last(event.export_id)
        facts = []
        if last is None or last[0] != self._message.metadata.sequence.stream:
            facts = [fact for _, fact in await self._facts.of(event.export_id)]
        return history(facts, generation=event.generation, stage=self._consumer.stage)

    async def _supervised(self, event: Fact, chatter: Chatter) -> Sequence[Fact]:
        """The handler with heartbeats, for as long as it advances and its time lasts."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._consumer.retry.processing_timeout_ms / 1_000
        cancel = self._running[event.export_id] = UserCancel(event.generation)
        task = cancel.task = asyncio.ensure_future(self._handler(event, chatter))
        try:
            while True:
                wait_s = min(HEARTBEAT_S, max(deadline - clock(), 0.0))
                if (await asyncio.wait({task}, timeout=wait_s))[0]:
                    break
                if clock() >= deadline or clock() - chatter.advanced_at > STALL_S:
                    raise TimeoutError
                await self._message.in_progress()
            if cancel.asked:
                raise CanceledByUserError
            results: Sequence[Fact] = task.result()
            return results
        finally:
            if self._running.get(event.export_id) is cancel:
                del self._running[event.export_id]
            task.cancel()
            await asyncio.wait({task})

    async def _after_failure(
        self, event: Fact, error: Exception, attempt: int, past: History, chatter: Chatter
    ) -> str:
        decision = decide(error, failures=past.failures, policy=self._consumer.retry)
        failure = describe(error)
        chatter.log(failure.message, "error")
        await chatter.close()
        match decision:
            case Retry(delay_s=delay_s, failures=failures):
                await self._facts.publish(
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
                return "retry"
            case Fail():
                await self._facts.publish(
                    ExportFailed(**event.identity, stage=self._consumer.stage, error=failure)
                )
                return await self._acknowledge("failed")
            case Bury():
                return await self._bury(event, decision, error)

    async def _skip(self, event: Fact, past: History) -> str:
        """Nothing is left to do; a cancel that nobody has obeyed yet gets its receipt."""
        if isinstance(past.ending, ExportCanceled):
            await self._obey(event)
        return await self._acknowledge("skipped")

    async def _bury(self, event: Fact | None, decision: Bury, error: BaseException) -> str:
        grave = Grave(self._js, self._facts, self._consumer)
        await grave.bury(self._message, event, decision.reason, error)
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
                    error=events.Failure(
                        code="worker-stopping",
                        message="Its worker is being replaced.",
                        retryable=True,
                    ),
                    retry_at=now(),
                ),
                patience_s=2.0,
            )
        await self._hand_back(0)

    async def _obey(self, event: Fact) -> None:
        """The attempt, if there was one, is over: remove what is left and give the receipt."""
        await self._handler.discard(event)
        await self._facts.publish(
            ExportStopped(**event.identity, stage=self._consumer.stage, parts_aborted=True)
        )

    async def _acknowledge(self, outcome: str) -> str:
        """Where this fails the message comes again and finds its own facts."""
        await self._message.ack_sync(timeout=ACK_TIMEOUT_S)
        log.info("message.handled", outcome=outcome)
        return outcome

    async def _hand_back(self, delay_s: float) -> None:
        with suppress(nats.errors.Error, TimeoutError):
            await self._message.nak(delay=delay_s or None)
