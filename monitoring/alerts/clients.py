"""What clients notice: errors, slowness, no percent and no log."""

from __future__ import annotations

from typing import Final

from monitoring import queries
from monitoring.alert import Alert, Severity
from monitoring.pace import MINUTE_S

ERRORS_MOST: Final = 0.02
ERRORS_LEAST: Final = 5  # below that a share says little
SLOW_S: Final = 2.0

ALERTS: Final = (
    Alert(
        name="ExportHttpErrors",
        severity=Severity.CRITICAL,
        expression=lambda pace: (
            f"{queries.request_errors(pace.window(5 * MINUTE_S))} > {ERRORS_MOST}"
            f" and {queries.increase(queries.ERRORS, pace.window(5 * MINUTE_S))} >= {ERRORS_LEAST}"
        ),
        hold_s=MINUTE_S,
        summary="{{ $value | humanizePercentage }} of requests to the gateway fail",
        action="GET /readyz of the gateway names what is down; 503 also means that a stream is"
        " nearly full",
    ),
    Alert(
        name="ExportHttpSlow",
        severity=Severity.WARNING,
        expression=lambda pace: (
            f"{queries.request_seconds(0.95, pace.window(10 * MINUTE_S))} > {SLOW_S:g}"
        ),
        hold_s=5 * MINUTE_S,
        summary="One in twenty reading requests takes more than {{ $value | humanizeDuration }}",
        action="look at the latency of NATS (KV) and of the storage",
    ),
    Alert(
        name="ExportChatterLost",
        severity=Severity.WARNING,
        expression=lambda pace: (
            f"{queries.CHATTER_BEHIND} > 0 or {queries.CHATTER_UNREADABLE} > 0"
            f" or {queries.chatter_dropped(pace.window(2 * MINUTE_S))} > 0"
        ),
        hold_s=5 * MINUTE_S,
        summary="Progress or log lines ({{ $labels.stream }}) do not get through; exports go on,"
        " their makers see nothing",
        action="GET /api/admin/infrastructure/status says of which stream; streams apply where it"
        " is missing, else its leader, disk, permissions",
    ),
)
