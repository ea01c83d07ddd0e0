"""How a delivery ends: the events that tell it, then what becomes of the message.

Always in this order, so that whatever dies in between, the message comes again and finds them.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from shared.domain.events import (
    AttemptFailed,
    ExportCanceled,
    ExportFailed,
    ExportStopped,
    Failure,
    now,
)
from shared.errors import PreflightError, UnavailableError
from shared.worker.attempt import CanceledByUserError
from shared.worker.dead_letter_writer import Grave
from shared.worker.retry import History, describe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.domain.events import AnyEvent, Event
    from shared.jetstream.event_log import EventLog
    from shared.worker.contract import WorkerContext
    from shared.worker.message import DeliveredMessage

log = structlog.get_logger()

STOPPING: Final = Failure(
    code="worker-stopping", message="Its worker is being replaced.", retryable=True
)


class Outcomes:
    """Most methods end the delivery, and return a word for logs and metrics that says how."""

    def __init__(self, place: WorkerContext, message: DeliveredMessage, events: EventLog) -> None:
        self._place = place
        self._consumer = place.consumer
        self._message = message
        self._events = events
        self._grave = Grave(place.js, events, worker=place.consumer.worker)

    async def tell(self, results: Iterable[Event]) -> None:
        """What the work has come to; where another worker was quicker, what this one made goes.

        Raises:
            CanceledByUserError: It was canceled just before.
        """
        for event in results:
            if await self._publish(event) != event:
                await self._place.handler.discard(event)

    async def done(self) -> str:
        """Its results are told."""
        return await self._acknowledge("done")

    async def again(
        self, event: Event, attempts: Iterable[int], why: Failure, *, delay_s: float, failures: int
    ) -> str:
        """Another attempt comes after ``delay_s``; ``failures`` is the count from now on."""
        for attempt in attempts:
            await self._publish(
                self._attempt_failed(event, attempt, why, delay_s=delay_s, failures=failures)
            )
        await self._message.hand_back(delay_s)
        return "retry"

    async def failed(self, event: Event, error: Exception, *, build_s: float) -> str:
        """The maker's fault: the export ends, and says what to do.

        What shows before any build work costs nothing, however long its worker took to look.
        """
        await self._publish(
            ExportFailed(
                **event.identity,
                stage=self._consumer.stage,
                error=describe(error),
                build_s=0.0 if isinstance(error, PreflightError) else build_s,
            )
        )
        return await self._acknowledge("failed")

    async def buried(
        self, event: Event | None, reason: str, error: Exception, past: History | None = None
    ) -> str:
        """Nobody can do this: a dead letter, then the user's ``failed``."""
        dead = self._message.dead(self._consumer.durable)
        burial = await self._grave.bury(dead, event, reason, error, past)
        if burial.letter is None:
            return await self.returned("letter-owed")
        if event is not None and isinstance(burial.terminal_event, ExportCanceled):
            await self._give_receipt(event, past or History())
        return await self._acknowledge("buried")

    async def canceled(self, event: Event, past: History) -> str:
        """Its user has ended it, and the attempt, if there was one, is over."""
        await self._give_receipt(event, past)
        return await self._acknowledge("canceled")

    async def skipped(self, event: Event, past: History) -> str:
        """Nothing is left to do, but perhaps a cancel's receipt or a letter that is still owed."""
        terminal_event = past.terminal_event
        if isinstance(terminal_event, ExportCanceled):
            await self._give_receipt(event, past)
        elif isinstance(terminal_event, ExportFailed) and terminal_event.letter_owed:
            dead = self._message.dead(self._consumer.durable)
            error = RuntimeError(terminal_event.error.message)
            await self._grave.write(dead, event, str(terminal_event.reason), error, past)
        return await self._acknowledge("skipped")

    async def returned(self, outcome: str = "returned") -> str:
        """Not now: it comes again, later the more often it has come."""
        await self._message.hand_back(self._message.patience_s)
        return outcome

    async def drained(self, event: Event, attempt: int, past: History) -> None:
        """Told to stop in the middle: the attempt is over and does not count against the job.

        The message itself is handed back by whoever was told.
        """
        over = self._attempt_failed(event, attempt, STOPPING, delay_s=0, failures=past.failures)
        with suppress(UnavailableError):
            await self._events.publish(over, patience_s=2.0)

    def _attempt_failed(
        self, event: Event, attempt: int, why: Failure, *, delay_s: float, failures: int
    ) -> AttemptFailed:
        return AttemptFailed(
            **event.identity,
            stage=self._consumer.stage,
            attempt=attempt,
            failures=failures,
            error=why,
            retry_at=now() + timedelta(seconds=delay_s),
        )

    async def _give_receipt(self, event: Event, past: History) -> None:
        """Remove what is left, and say so."""
        await self._place.handler.discard(event)
        await self._events.publish(
            ExportStopped(
                **event.identity, stage=self._consumer.stage, parts_aborted=not past.parts_left
            )
        )

    async def _publish(self, event: Event) -> AnyEvent:
        """For as long as it takes: what was done is not done again because NATS is away or full.

        Returns:
            What the stream holds in its place: the same, or that of another worker.

        Raises:
            CanceledByUserError: It was canceled just before this end.
        """
        message = self._message
        while True:
            try:
                first, _ = await self._events.publish_first(event, patience_s=message.heartbeat_s)
            except UnavailableError as error:
                log.warning("event.waits", kind=event.name, error=str(error))
                await message.beat()
                await asyncio.sleep(1.0)
            else:
                break
        if isinstance(first, ExportCanceled):
            raise CanceledByUserError
        return first

    async def _acknowledge(self, outcome: str) -> str:
        await self._message.acknowledge()
        log.info("message.handled", outcome=outcome)
        return outcome
