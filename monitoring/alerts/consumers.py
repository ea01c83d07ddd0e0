"""Work waits: for workers, for a consumer, for the fold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from monitoring import queries
from monitoring.alert import Alert, Severity
from monitoring.pace import MINUTE_S
from shared.domain.service_levels import BUDGET_S

if TYPE_CHECKING:
    from monitoring.pace import Pace

BACKLOG: Final = 10  # messages that wait all the time, and as many more than there were
FOLD_LATE_S: Final = 5.0  # a bucket of the histogram; a socket waits 10 s for what it has to show


def _over_budget(pace: Pace) -> str:
    """Jobs that wait although the oldest is older than its whole export should be."""
    late = [
        f"{queries.oldest_of(consumers)} > {pace.seconds(most_s)}"
        for consumers, most_s in (
            *((f"packager-{platform}", most_s) for platform, most_s in BUDGET_S.items()),
            ("uploader", min(BUDGET_S.values())),
            (queries.FILM_SLICES, BUDGET_S["video"]),
        )
    ]
    return f"({' or '.join(late)}) and on (consumer) {queries.PENDING} > 0"


ALERTS: Final = (
    Alert(
        name="ExportBacklogGrowing",
        severity=Severity.WARNING,
        expression=lambda pace: (
            f"{queries.waiting_throughout(pace.window(15 * MINUTE_S))} > {BACKLOG}"
            f" and {queries.waiting_more(pace.window(15 * MINUTE_S))} > {BACKLOG}"
        ),
        hold_s=5 * MINUTE_S,
        summary="More and more waits for {{ $labels.consumer }}",
        action="scale up: kubectl scale, or more replicas in its ScaledObject; GET"
        " /api/admin/workers says who works on what",
    ),
    Alert(
        name="ExportBacklogOld",
        severity=Severity.WARNING,
        expression=_over_budget,
        hold_s=10 * MINUTE_S,
        summary="The oldest job of {{ $labels.consumer }} is {{ $value | humanizeDuration }} old,"
        " which is more than its export may take, and others wait",
        action="GET /api/admin/workers says who works on what; scale up, or look at what has become"
        " slower (stages on the dashboards)",
    ),
    Alert(
        name="ExportNoWorkers",
        severity=Severity.CRITICAL,
        expression=lambda _: f"{queries.PENDING} > 0 and on (consumer) {queries.WORKERS} == 0",
        hold_s=MINUTE_S,
        summary="{{ $value }} messages wait for {{ $labels.consumer }}, and it has no worker",
        action="start one, or see why it does not run: kubectl get pods, docker compose ps; its"
        " log",
    ),
    Alert(
        name="ExportNothingFinishes",
        severity=Severity.CRITICAL,
        expression=lambda pace: (
            f"{queries.PENDING} > 0"
            f" unless {queries.finished(pace.window(5 * MINUTE_S))} > 0"
            f" unless {queries.acknowledged(pace.window(5 * MINUTE_S))} > 0"
            f" unless {queries.FILMING} > 0"
        ),
        hold_s=20 * MINUTE_S,  # longer than one attempt may take
        summary="{{ $value }} messages wait for {{ $labels.consumer }}, and none is finished",
        action="are its workers there (GET /api/admin/workers), and ready (/readyz)? is it stalled:"
        " aethel-export streams wake {{ $labels.consumer }}",
    ),
    Alert(
        name="ExportConsumerStalled",
        severity=Severity.CRITICAL,
        expression=lambda _: f"{queries.STALLED} > 0",
        hold_s=MINUTE_S,
        summary="{{ $labels.consumer }} gives nothing although messages and workers wait",
        action="aethel-export streams wake {{ $labels.consumer }}; where that does not help, again"
        " with --recreate",
    ),
    Alert(
        name="ExportWorkStopped",
        severity=Severity.CRITICAL,
        expression=lambda _: f"{queries.BREAKER_OPEN} > 0",
        hold_s=2 * MINUTE_S,
        summary="A worker of {{ $labels.consumer }} takes no work",
        action="its /readyz says why: a server that is away (it resumes by itself), or the jobs of"
        " several projects fail alike: roll back the last release",
    ),
    Alert(
        name="ExportFoldLate",
        severity=Severity.WARNING,
        expression=lambda pace: (
            f"{queries.fold_lag(0.99, pace.window(2 * MINUTE_S))} > {FOLD_LATE_S:g}"
            f" or max({queries.oldest_of('status')}) > {FOLD_LATE_S:g}"
        ),
        hold_s=3 * MINUTE_S,  # longer than the window: one event that comes again is no sign
        summary="Events are in the documents {{ $value | humanizeDuration }} late",
        action="the status service: its log, CPU and /readyz; aethel-export streams wake status",
    ),
    Alert(
        name="ExportFiguresOld",
        severity=Severity.WARNING,
        expression=lambda pace: f"{queries.FIGURES_AGE_S} > {pace.seconds(2 * MINUTE_S)}",
        summary="For {{ $value | humanizeDuration }} nobody has seen what waits in the streams",
        action="the status service cannot ask NATS: its /readyz, then its log line streams.unseen",
    ),
)
