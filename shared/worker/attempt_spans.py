"""The spans of a job's attempts: one for each, linked to those before it, and one for each wait.

What is published within an attempt carries its span, ``started`` too. So where a worker has died
with its span, whoever finds that out can record it: what the dead one had sent stays in its place.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from shared.domain.events import AttemptFailed, ExportStarted
from shared.jetstream.topology import EXPORTS
from shared.tracing import spans
from shared.worker.retry import WORKER_LOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.domain.events import Event, Stage
    from shared.jetstream.event_log import StoredEvent
    from shared.tracing.context import TraceContext
    from shared.tracing.spans import Attributes, Span
    from shared.worker.contract import Consumer
    from shared.worker.job import Job

WAITS: Final[dict[Stage, str]] = {"build": "queue wait", "upload": "handover"}


@contextmanager
def attempt_span(job: Job, consumer: Consumer) -> Iterator[Span]:
    """The attempt that begins now, behind what it had to wait for."""
    if not spans.recording():
        yield spans.NO_SPAN
        return
    earlier = _of(job, consumer, ExportStarted)
    _record_wait(job, consumer)
    with spans.span(
        _name(job.event, consumer),
        _attributes(job.event, consumer, job.attempt),
        kind="consumer",
        links=[one.trace for one in earlier if one.trace is not None],
    ) as opened:
        yield opened


def record_lost(job: Job, consumer: Consumer) -> None:
    """Attempts whose worker has died, until now, each under the id that it had."""
    for one in _of(job, consumer, ExportStarted):
        event = one.event
        if isinstance(event, ExportStarted) and event.attempt in job.history.unfinished:
            spans.record(
                _name(event, consumer),
                began=event.at.timestamp(),
                attributes={
                    **_attributes(event, consumer, event.attempt),
                    "aethel.worker": event.worker,
                },
                error_type=WORKER_LOST,
                span_id=_span_id(one.trace),
            )


def _record_wait(job: Job, consumer: Consumer) -> None:
    """Since it was published, or since the attempt before has ended."""
    failed = [one.event for one in _of(job, consumer, AttemptFailed)]
    spans.record(
        "retry wait" if failed else WAITS[consumer.stage],
        began=(failed[-1] if failed else job.event).at.timestamp(),
    )


def _of(
    job: Job, consumer: Consumer, kind: type[ExportStarted | AttemptFailed]
) -> list[StoredEvent]:
    """What the stream has of that kind, of this stage of this generation."""
    return [
        one
        for one in job.stored
        if isinstance(one.event, kind)
        and one.event.generation == job.event.generation
        and one.event.stage == consumer.stage
    ]


def _name(event: Event, consumer: Consumer) -> str:
    return f"{consumer.stage} {event.platform}"


def _span_id(trace: TraceContext | None) -> str:
    return trace.span_id if trace else ""


def _attributes(event: Event, consumer: Consumer, attempt: int) -> Attributes:
    return {
        "messaging.system": "nats",
        "messaging.operation.type": "process",
        "messaging.operation.name": consumer.stage,
        "messaging.destination.name": EXPORTS,
        "messaging.consumer.group.name": consumer.durable,
        "aethel.export.id": event.export_id,
        "aethel.project.id": event.project_id,
        "aethel.platform": event.platform,
        "aethel.generation": event.generation,
        "aethel.attempt": attempt,
    }
