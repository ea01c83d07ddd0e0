from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.status.measuring.readings import readings
from shared.domain.events import (
    AttemptFailed,
    ExportCanceled,
    ExportCompleted,
    ExportFailed,
    ExportPackaged,
    ExportStarted,
    Failure,
    StageSeconds,
)
from shared.metrics import exports as metrics
from tests.unit.sample_events import ARTIFACT, START, UPLOAD, identity, requested

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.status.measuring.readings import Reading
    from shared.domain.events import AnyEvent

LOST = Failure(code="worker-lost", message="", retryable=True)
PACKED = ExportPackaged(
    **identity(at_s=70),
    artifact=ARTIFACT,
    upload=UPLOAD,
    build_s=20,
    stages=StageSeconds(fetch_s=3, plan_s=7, pack_s=10),
)


def started(stage: str, attempt: int, at_s: int) -> ExportStarted:
    """A worker begins."""
    about = {**identity(at_s=at_s), "stage": stage, "attempt": attempt}
    return msgspec.convert(
        {**msgspec.to_builtins(about), "type": "export.started.v1", "worker": "w"}, ExportStarted
    )


def a_story() -> list[AnyEvent]:
    """Two attempts, the second after a pause; the uploader's one."""
    failed = AttemptFailed(
        **identity(at_s=30),
        stage="build",
        attempt=1,
        failures=0,
        error=LOST,
        retry_at=START + timedelta(seconds=40),
    )
    done = ExportCompleted(**identity(at_s=75), artifact=ARTIFACT, expires_at=START, build_s=20)
    return [
        requested(),
        started("build", 1, 5),
        failed,
        started("build", 2, 50),
        PACKED,
        started("upload", 1, 71),
        done,
    ]


def told(found: Iterable[Reading]) -> Counter[tuple[str, tuple[str, ...], float]]:
    """Readings as plain values."""
    return Counter((str(each.metric), each.labels, each.amount) for each in found)


def of(events: list[AnyEvent]) -> dict[str, Reading]:
    """Their readings, as they lie in the stream."""
    return readings(dict(enumerate(events, 1)))


def amount(found: dict[str, Reading], name: str) -> float:
    """Of one reading."""
    return found[name].amount


def test_stages_begin_and_end_where_the_documentation_says() -> None:
    """The pause before another attempt is no queue."""
    found = of(a_story())
    assert amount(found, "queue:1") == 5
    assert amount(found, "queue:2") == 10  # due at 40
    assert [amount(found, stage) for stage in ("fetch", "plan", "pack")] == [3, 7, 10]
    assert amount(found, "handover:1") == 1
    assert amount(found, "commit") == 4
    assert amount(found, "duration") == 75
    assert found["duration"].labels == ("web", "completed")
    assert found["failed:build:1"].labels == ("web", "build", "worker-lost")
    assert amount(found, "packed") == 8
    assert found["accepted"].labels == ("web", "requested")


@given(st.permutations(list(enumerate(a_story(), 1))))
def test_whatever_the_order_each_counts_once(order: list[tuple[int, AnyEvent]]) -> None:
    """Four slots of several pods fold events as they come."""
    before: dict[int, AnyEvent] = {}
    taken: list[Reading] = []
    for seq, event in order:
        old, new = readings(before), readings({**before, seq: event})
        taken += [reading for name, reading in new.items() if name not in old]
        before[seq] = event
    assert told(taken) == told(readings(before).values())


def test_an_export_that_is_queued_again_is_accepted_once() -> None:
    """The reaper publishes the same event anew, and it may be built twice."""
    found = of([requested(), requested(), PACKED, PACKED])
    assert told(found.values())[str(metrics.ACCEPTED), ("web", "requested"), 1.0] == 1
    assert told(found.values())[str(metrics.ARTIFACT_BYTES), ("web",), 8.0] == 1


def test_how_a_generation_began() -> None:
    """By its user for the first time or again, or by an operator out of a dead letter."""
    replayed = msgspec.structs.replace(requested(2), replay_of=7)
    again = msgspec.structs.replace(PACKED, generation=2, restart=True)
    assert of([requested(2)])["accepted"].labels == ("web", "retried")
    assert of([replayed])["accepted"].labels == ("web", "replayed")
    assert of([again])["accepted"].labels == ("web", "retried")
    assert "packed" not in of([again])


def failed(code: str, *, reason: str | None = None, retryable: bool = False) -> ExportFailed:
    """An end without an artifact."""
    error = Failure(code=code, message="", retryable=retryable)
    return ExportFailed(
        **identity(at_s=9), stage="build", error=error, reason=reason, dead_letter=None
    )


@pytest.mark.parametrize(
    ("end", "reason", "code", "outcome"),
    [
        (failed("icon-invalid"), "project", "icon-invalid", "refused"),
        (
            failed("object-lost", reason="retries-exhausted"),
            "retries-exhausted",
            "object-lost",
            "failed",
        ),
        (failed("no-worker", retryable=True), "no-worker", "no-worker", "failed"),
        (failed("from-next-year", reason="from-there-too"), "other", "other", "failed"),
    ],
)
def test_why_it_failed(end: ExportFailed, reason: str, code: str, outcome: str) -> None:
    """Reasons and codes are of closed sets, whatever a worker says."""
    found = of([requested(), end])
    assert found["end"].labels == ("web", reason)
    assert found["code"].labels == (code,)
    assert found["duration"].labels == ("web", outcome)


def test_the_first_end_counts() -> None:
    """The stream forgets after a day that there was one."""
    canceled = ExportCanceled(**identity(at_s=9), reason="enough")
    found = of([requested(), canceled, failed("icon-invalid")])
    assert found["end"].metric is metrics.CANCELED
    assert "code" not in found
