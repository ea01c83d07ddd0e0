"""Counts what an event adds, once: in the process that took it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from services.status.measuring.readings import readings, series_of
from shared.domain.events import AnyEvent, Stage, now
from shared.domain.failure_codes import ATTEMPT_CAUSES, FAILURE_CODES, FAILURE_REASONS
from shared.domain.platforms import PLATFORMS
from shared.metrics import exports as metrics
from shared.metrics.born import OTHER, born

if TYPE_CHECKING:
    from services.status.documents import News
    from services.status.measuring.readings import Reading

HOW: Final = ("requested", "retried", "replayed")
OUTCOMES: Final = ("completed", "refused", "failed", "canceled")
STAGES: Final = ("queue", "fetch", "plan", "pack", "handover", "commit")


def born_exports() -> None:
    """All series, at 0."""
    born(metrics.ACCEPTED, platform=PLATFORMS, how=HOW)
    for ended in (metrics.COMPLETED, metrics.REUSED, metrics.CANCELED):
        born(ended, platform=PLATFORMS)
    born(metrics.FAILED, platform=PLATFORMS, reason=[*FAILURE_REASONS, OTHER])
    born(metrics.FAILURE_CODES, code=[*FAILURE_CODES, OTHER])
    born(metrics.ATTEMPTS, platform=PLATFORMS, stage=get_args(Stage))
    causes = [*ATTEMPT_CAUSES, OTHER]
    born(metrics.ATTEMPTS_FAILED, platform=PLATFORMS, stage=get_args(Stage), cause=causes)
    born(metrics.DURATION_SECONDS, platform=PLATFORMS, outcome=OUTCOMES)
    born(metrics.STAGE_SECONDS, platform=PLATFORMS, stage=STAGES)
    for measured in (metrics.ARTIFACT_BYTES, metrics.BUILD_SECONDS_USED):
        born(measured, platform=PLATFORMS)
    born(metrics.FOLDED, name=[kind.name for kind in get_args(AnyEvent)])


def count(news: News) -> dict[str, Reading]:
    """Count new events, whatever they complete, and how long they took to be folded."""
    old = readings(news.before) if news.before else {}
    new = readings(news.events)
    added = {name: reading for name, reading in new.items() if name not in old}
    for reading in added.values():
        reading.take()
    at = now()
    for one in news.handed:
        series_of(metrics.FOLDED, (one.event.name,)).inc()
        lag_s = (at - one.place.stored_at).total_seconds()
        metrics.FOLD_LAG_SECONDS.observe(max(lag_s, 0.0))
    return added


born_exports()
