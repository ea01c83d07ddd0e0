"""Work waits: for workers, for a consumer, for the fold."""

from __future__ import annotations

from typing import Final

from monitoring import queries
from monitoring.alert import Alert, Severity
from monitoring.pace import MINUTE_S

BACKLOG: Final = 10  # messages that wait all the time, and as many more than there were
FOLD_LATE_S: Final = 30.0  # the only status pod may be restarted; a bucket of the histogram

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
        name="ExportNothingFinishes",
        severity=Severity.CRITICAL,
        expression=lambda pace: (
            f"{queries.PENDING} > 0"
            f" unless {queries.finished(pace.window(5 * MINUTE_S))} > 0"
            f" unless {queries.acknowledged(pace.window(5 * MINUTE_S))} > 0"
        ),
        hold_s=10 * MINUTE_S,
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
        hold_s=5 * MINUTE_S,
        summary="A worker of {{ $labels.consumer }} takes no work",
        action="its /readyz says why: a server that is away (it resumes by itself), or the jobs of"
        " several projects fail alike: roll back the last release",
    ),
    Alert(
        name="ExportFoldLate",
        severity=Severity.WARNING,
        expression=lambda pace: (
            f"{queries.fold_lag(0.99, pace.window(5 * MINUTE_S))} > {FOLD_LATE_S:g}"
            f" or {queries.oldest_of('status')} > {pace.seconds(MINUTE_S)}"
        ),
        hold_s=2 * MINUTE_S,
        summary="Events are in the documents {{ $value | humanizeDuration }} late",
        action="the status service: its log, CPU and /readyz; aethel-export streams wake status",
    ),
    Alert(
        name="ExportFiguresOld",
        severity=Severity.WARNING,
        expression=lambda pace: f"{queries.FIGURES_AGE_S} > {pace.seconds(2 * MINUTE_S)}",
        hold_s=2 * MINUTE_S,
        summary="For {{ $value | humanizeDuration }} nobody has seen what waits in the streams",
        action="the status service cannot ask NATS: its /readyz, then its log line streams.unseen",
    ),
)
