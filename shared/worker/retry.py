"""What to do with a job that failed.

A decision, made by a pure function from the error and the events so far.
"""

from __future__ import annotations

import random
import traceback
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.events import (
    AttemptFailed,
    ExportPackaged,
    ExportStarted,
    Failure,
    TerminalEvent,
)
from shared.errors import ExportError, ProjectError, UnavailableError, as_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.domain.events import Event, Stage
    from shared.settings import RetrySettings

MAX_DELAY_S: Final = 300.0
OUTAGE_DELAY_S: Final = 10.0
QUICK_DELIVERIES: Final = 20  # so many come back soon; a long outage must not use up all of them
MAX_CRASHES: Final = 10  # a worker killed from outside looks the same as one that its job kills
ALONE_AFTER: Final = 2  # crashes; from then on no other job is in the same process to be blamed
WORKER_LOST: Final = "worker-lost"  # the code of an attempt whose worker died
RETRIES_EXHAUSTED: Final = "retries-exhausted"
NOT_RETRYABLE: Final = "not-retryable"


class Retry(msgspec.Struct, frozen=True):
    """Hand it back and try again after ``delay_s``; ``failures`` is the count from now on."""

    delay_s: float
    failures: int


class Fail(msgspec.Struct, frozen=True):
    """The maker's fault: end the export at once, saying what to do."""


class ToDeadLetter(msgspec.Struct, frozen=True):
    """Nobody can do this: a dead letter for the operators, and ``failed`` for the user."""

    reason: str


Decision = Retry | Fail | ToDeadLetter


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What the events say of one stage of one generation; attempts by their numbers, from 1."""

    failures: int = 0  # as the newest ended attempt says; see ``failures_with``
    started: frozenset[int] = frozenset()
    ended: frozenset[int] = frozenset()
    crashed: frozenset[int] = frozenset()  # of those that ended: their worker died
    terminal_event: TerminalEvent | None = None
    handed_on: bool = False  # the next stage has begun
    superseded: bool = False  # a later generation exists
    newest: ExportStarted | None = None  # its worker, where the attempt is unfinished, is at it
    retry_at: datetime | None = None  # of the newest ended attempt
    parts_left: bool = False  # a worker died while it built: its parts wait for the sweeper

    @property
    def unfinished(self) -> frozenset[int]:
        """Attempts that started and whose end no event says: their worker died, or is slow."""
        return self.started - self.ended

    @property
    def crashes(self) -> int:
        """Attempts that their worker did not survive."""
        return len(self.crashed | self.unfinished)

    @property
    def next_attempt(self) -> int:
        """Numbered from 1."""
        return max(self.started, default=0) + 1

    @property
    def over(self) -> bool:
        """There is nothing left to do for this generation."""
        return self.terminal_event is not None or self.handed_on or self.superseded

    def wait_s(self, at: datetime) -> float:
        """How long the next attempt has to wait from a moment on, seconds."""
        return (self.retry_at - at).total_seconds() if self.retry_at else 0.0

    def failures_with(self, reason: str) -> int:
        """Failures up to a dead letter of this reason.

        The last attempt has no event of its own that says how it ended: the dead letter does.
        """
        return self.failures + (reason in {RETRIES_EXHAUSTED, NOT_RETRYABLE})


def history(events: Iterable[Event], *, generation: int, stage: Stage) -> History:
    """Read one stage's history out of an export's events, given in stream order."""
    found = list(events)
    mine = [event for event in found if event.generation == generation]
    started = [event for event in mine if isinstance(event, ExportStarted) and event.stage == stage]
    ended = [event for event in mine if isinstance(event, AttemptFailed) and event.stage == stage]
    return History(
        failures=ended[-1].failures if ended else 0,
        started=frozenset(event.attempt for event in started),
        ended=frozenset(event.attempt for event in ended),
        crashed=frozenset(event.attempt for event in ended if event.error.code == WORKER_LOST),
        terminal_event=next((event for event in mine if isinstance(event, TerminalEvent)), None),
        handed_on=stage == "build" and any(isinstance(event, ExportPackaged) for event in mine),
        superseded=any(event.generation > generation for event in found),
        newest=started[-1] if started else None,
        retry_at=ended[-1].retry_at if ended else None,
        parts_left=parts_left(mine),
    )


def parts_left(events: Iterable[Event]) -> bool:
    """Whether, by the events of one generation, a worker died while it built.

    Nobody knows what it had uploaded; the sweeper finds it.
    """
    found = list(events)
    open_: set[int] = set()
    for event in found:
        match event:
            case ExportStarted(stage="build", attempt=attempt):
                open_.add(attempt)
            case AttemptFailed(stage="build", attempt=attempt):
                open_.discard(attempt)
                if event.error.code == WORKER_LOST:
                    return True
    return bool(open_) and not any(isinstance(event, ExportPackaged) for event in found)


def decide(
    error: BaseException, *, failures: int, policy: RetrySettings, jitter: float | None = None
) -> Decision:
    """What follows from ``error`` after ``failures`` earlier ones.

    ``jitter`` is 0 to 1, random where not given.
    """
    if isinstance(error, ProjectError):
        return Fail()
    if isinstance(error, UnavailableError):
        return Retry(OUTAGE_DELAY_S * (0.5 + _share(jitter) / 2), failures)
    if isinstance(error, ExportError) and not error.retryable:
        return ToDeadLetter(NOT_RETRYABLE)
    if failures + 1 >= policy.max_attempts:
        return ToDeadLetter(RETRIES_EXHAUSTED)
    return Retry(
        backoff_s(failures, base_s=policy.base_delay_ms / 1_000, jitter=jitter), failures + 1
    )


def follows(decision: Decision) -> dict[str, str | float]:
    """What follows from a failure, as its log line says it."""
    match decision:
        case Retry(delay_s, failures):
            return {"next": "retry", "retry_s": round(delay_s, 1), "failures": failures}
        case ToDeadLetter(reason):
            return {"next": "dead-letter", "reason": reason}
        case Fail():
            return {"next": "end"}


def backoff_s(failures: int, *, base_s: float, jitter: float | None = None) -> float:
    """Exponential with jitter.

    Between half and all of ``base_s * 2**failures``, at most ``MAX_DELAY_S``.
    """
    ceiling = min(base_s * 2 ** min(failures, 30), MAX_DELAY_S)
    return float(ceiling * (0.5 + _share(jitter) / 2))


def outage_delay_s(deliveries: int, *, jitter: float | None = None) -> float:
    """When a job is tried again that an outage has kept from being done.

    Soon, as long as it was not delivered often: kills and drains are deliveries too. Then ever
    later, so that ``MAX_DELIVER`` deliveries last for hours.
    """
    late = max(deliveries - QUICK_DELIVERIES, 0)
    return backoff_s(late, base_s=OUTAGE_DELAY_S, jitter=jitter)


def describe(error: BaseException) -> Failure:
    """The error as the user may see it, in whole sentences.

    Our own say what to do, anything else is our bug and keeps its inside to itself.
    """
    if isinstance(error, ExportError):
        message, retryable = as_sentence(error.told), error.retryable
        return Failure(code=error.code, message=message, retryable=retryable)
    if isinstance(error, TimeoutError):
        return Failure(
            code="timeout", message="The attempt took too long and was stopped.", retryable=True
        )
    return Failure(
        code="internal",
        message="Something went wrong on our side; the operators can see what.",
        retryable=True,
    )


def describe_final(error: BaseException, *, reference: str) -> Failure:
    """The error as the user may see it where nothing happens any more by itself.

    ``reference`` is what operators find it by.
    """
    failure = describe(error)
    what_to_do = (
        "It is not tried again by itself: start it again. If it fails again, tell"
        if failure.retryable
        else "It is not tried again by itself. Tell"
    )
    message = f"{failure.message} {what_to_do} the operators: {reference}."
    return msgspec.structs.replace(failure, message=message)


def cause_of(error: BaseException) -> str:
    """What errors of the same origin have in common, to group and count them by.

    Our own: their code. Anything else: its type and the place it came from, ``module:function``.
    """
    if isinstance(error, ExportError):
        return error.code
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames:
        return type(error).__name__
    frame, _ = frames[-1]
    module = frame.f_globals.get("__name__", "?")
    return f"{type(error).__name__} at {module}:{frame.f_code.co_name}"


def _share(jitter: float | None) -> float:
    return random.random() if jitter is None else jitter  # noqa: S311 - spreads load, guards nothing
