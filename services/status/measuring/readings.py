"""What the events of one generation come to, in numbers: a pure function.

A reading has a name that stays the same whatever comes later. So what an event adds is the
difference between the readings with it and those without, in whatever order events are folded.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
from msgspec import UNSET
from prometheus_client import Counter, Histogram

from shared.domain.events import (
    AttemptFailed,
    Event,
    ExportCompleted,
    ExportFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    TerminalEvent,
)
from shared.domain.failure_codes import (
    ATTEMPT_CAUSES,
    FAILURE_CODES,
    FAILURE_REASONS,
    OF_PROJECT,
)
from shared.metrics import exports as metrics
from shared.metrics.born import known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from shared.domain.events import AnyEvent, StartEvent

Named = tuple[str, "Reading"]
Metric = TypeVar("Metric", Counter, Histogram)
SERIES: Final = 1_000  # more than there are


class Reading(msgspec.Struct, frozen=True):
    """So much more of a counter, or one observation of a histogram."""

    metric: Counter | Histogram
    labels: tuple[str, ...]
    amount: float = 1.0

    def take(self) -> None:
        """Let Prometheus see it."""
        _taking(self.metric, self.labels)(self.amount)


@lru_cache(SERIES)
def series_of(metric: Metric, labels: tuple[str, ...]) -> Metric:
    """One series of a metric, which is looked up anew by Prometheus each time it is asked."""
    return metric.labels(*labels)


@lru_cache(SERIES)
def _taking(metric: Counter | Histogram, labels: tuple[str, ...]) -> Callable[[float], None]:
    """What takes an amount; to ask each time what kind it is costs as much as to take it."""
    series = series_of(metric, labels)
    return series.observe if isinstance(series, Histogram) else series.inc


def readings(events: Mapping[int, AnyEvent]) -> dict[str, Reading]:
    """All readings of one generation, by name; events by sequence, in any order."""
    told = [events[seq] for seq in sorted(events)]
    found: dict[str, Reading] = {}
    for name, reading in _all(told):
        found.setdefault(name, reading)
    return found


def how_accepted(start: StartEvent) -> str:
    """Whether a generation was requested, retried, or replayed by an operator."""
    if start.replay_of is not UNSET:
        return "replayed"
    return "requested" if start.generation == 1 else "retried"


def outcome_of(end: TerminalEvent) -> str:
    """How a generation has ended: ``refused`` where its project is at fault."""
    if isinstance(end, ExportFailed):
        return "refused" if end.by_project else "failed"
    return end.name


def failure_reason(end: ExportFailed) -> str:
    """Why: its project, why it became a dead letter, or what else ended it."""
    if end.by_project:
        return OF_PROJECT
    return known(end.reason or end.error.code, FAILURE_REASONS)


def _all(events: Sequence[AnyEvent]) -> Iterator[Named]:
    start = _start(events)
    for event in events:
        match event:
            case ExportStarted():
                yield from _of_attempt(event, events)
            case AttemptFailed(stage=stage, attempt=attempt, error=error):
                why = (event.platform, stage, known(error.code, ATTEMPT_CAUSES))
                yield f"failed:{stage}:{attempt}", Reading(metrics.ATTEMPTS_FAILED, why)
            case ExportPackaged():
                yield from _of_packing(event)
            case _:
                pass
    if end := next((event for event in events if isinstance(event, TerminalEvent)), None):
        yield from _of_end(end, events, start)
    if start is not None:
        yield "accepted", Reading(metrics.ACCEPTED, (start.platform, how_accepted(start)))


def _start(events: Sequence[AnyEvent]) -> ExportRequested | ExportPackaged | None:
    """The event that began the generation; one that the reaper has queued again is another."""
    for event in events:
        match event:
            case ExportRequested() | ExportPackaged(restart=True):
                return event
    return None


def _of_attempt(event: ExportStarted, events: Sequence[AnyEvent]) -> Iterator[Named]:
    """One attempt, and how long it has waited for its worker since it was due."""
    stage, attempt = event.stage, event.attempt
    yield f"attempt:{stage}:{attempt}", Reading(metrics.ATTEMPTS, (event.platform, stage))
    due_s = next((_wait_s(found, event) for found in events if _makes_due(found, event)), None)
    if due_s is not None:
        wait = "queue" if stage == "build" else "handover"
        yield f"{wait}:{attempt}", _stage(event, wait, due_s)


def _makes_due(event: AnyEvent, attempt: ExportStarted) -> bool:
    """Whether an attempt can begin from this event on."""
    if attempt.attempt > 1:
        return isinstance(event, AttemptFailed) and (
            (event.stage, event.attempt) == (attempt.stage, attempt.attempt - 1)
        )
    return isinstance(event, ExportRequested if attempt.stage == "build" else ExportPackaged)


def _wait_s(since: AnyEvent, attempt: ExportStarted) -> float:
    """From the moment on that it was due: the pause before another attempt is no queue."""
    due = max(since.at, since.retry_at) if isinstance(since, AttemptFailed) else since.at
    return (attempt.at - due).total_seconds()


def _of_packing(event: ExportPackaged) -> Iterator[Named]:
    """Nothing where it was packed in an earlier generation, and only its upload runs again."""
    if event.restart:
        return
    packed = Reading(metrics.ARTIFACT_BYTES, (event.platform,), event.artifact.size_bytes)
    yield "packed", packed
    if event.stages:
        for stage, seconds in event.stages.by_stage.items():
            yield stage, _stage(event, stage, seconds)


def _of_end(
    end: TerminalEvent, events: Sequence[AnyEvent], start: AnyEvent | None
) -> Iterator[Named]:
    platform = end.platform
    match end:
        case ExportCompleted():
            yield "end", Reading(metrics.COMPLETED, (platform,))
            if end.built_at:
                yield "reused", Reading(metrics.REUSED, (platform,))
            uploads = [e for e in events if isinstance(e, ExportStarted) and e.stage == "upload"]
            if uploads:
                yield "commit", _stage(end, "commit", _seconds(uploads[-1], end))
        case ExportFailed():
            yield "end", Reading(metrics.FAILED, (platform, failure_reason(end)))
            yield "code", Reading(metrics.FAILURE_CODES, (known(end.error.code, FAILURE_CODES),))
        case _:
            yield "end", Reading(metrics.CANCELED, (platform,))
    if start is not None:
        labels = (platform, outcome_of(end))
        seconds = max(_seconds(start, end), 0.0)
        yield "duration", Reading(metrics.DURATION_SECONDS, labels, seconds)
    yield "build", Reading(metrics.BUILD_SECONDS_USED, (platform,), 60 * end.build_minutes)


def _stage(event: Event, stage: str, seconds: float) -> Reading:
    """Processes' clocks differ: what ended before it began took no time."""
    return Reading(metrics.STAGE_SECONDS, (event.platform, stage), max(seconds, 0.0))


def _seconds(since: Event, until: Event) -> float:
    return (until.at - since.at).total_seconds()
