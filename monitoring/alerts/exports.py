"""Exports fail, or their workers die."""

from __future__ import annotations

from typing import Final

from monitoring import queries
from monitoring.alert import Alert, Severity
from monitoring.pace import MINUTE_S

IN_A_ROW: Final = 5  # failures of a platform, while none completes
FAILING_SHARE: Final = 0.1
FAILING_LEAST: Final = 5  # below that a share says little
LOST_WORKERS: Final = 3  # an increase of two is told as slightly more

ALERTS: Final = (
    Alert(
        name="ExportDeadLetters",
        severity=Severity.WARNING,
        expression=lambda pace: f"{queries.dead_letters(pace.window(15 * MINUTE_S))} > 0",
        summary="Dead letters of {{ or $labels.platform $labels.consumer }}: {{ $labels.reason }}",
        action="aethel-export dead-letters ls --group; mend the cause, then"
        " aethel-export dead-letters replay --cause …",
    ),
    Alert(
        name="ExportDeadLettersOwed",
        severity=Severity.CRITICAL,
        expression=lambda pace: f"{queries.dead_letters_owed(pace.window(15 * MINUTE_S))} > 0",
        summary="{{ $labels.consumer }} fails exports and cannot write their dead letters",
        action="DEAD_LETTERS is missing or full: aethel-export streams apply, or streams"
        " resize; the letters follow by themselves",
    ),
    Alert(
        name="ExportFailuresInARow",
        severity=Severity.CRITICAL,
        expression=lambda pace: (
            f"{queries.failed(pace.window(10 * MINUTE_S), 'platform')} >= {IN_A_ROW}"
            f" unless on (platform)"
            f" {queries.completed(pace.window(10 * MINUTE_S), 'platform')} > 0"
        ),
        summary="Every export for {{ $labels.platform }} fails by our fault",
        action="aethel-export dead-letters ls --group --platform {{ $labels.platform }}; roll back"
        " the last release, aethel-export doctor on its packager",
    ),
    Alert(
        name="ExportFailureRatio",
        severity=Severity.CRITICAL,
        expression=lambda pace: (
            f"{queries.failure_ratio(pace.window(30 * MINUTE_S), 'platform')} > {FAILING_SHARE}"
            f" and on (platform)"
            f" {queries.failed(pace.window(30 * MINUTE_S), 'platform')} >= {FAILING_LEAST}"
        ),
        summary="{{ $value | humanizePercentage }} of the exports for {{ $labels.platform }}"
        " fail by our fault",
        action="aethel-export dead-letters ls --group --platform {{ $labels.platform }}; replay"
        " once the cause is mended",
    ),
    Alert(
        name="ExportWorkersLost",
        severity=Severity.WARNING,
        expression=lambda pace: (
            f"{queries.workers_lost(pace.window(15 * MINUTE_S))} >= {LOST_WORKERS}"
        ),
        summary="Workers die ({{ $labels.platform }}, {{ $labels.stage }}) in the middle of jobs",
        action="out of memory? the log line worker.lost names the export; one that keeps killing"
        " them becomes a dead letter, crash-loop",
    ),
    Alert(
        name="ExportReaped",
        severity=Severity.WARNING,
        expression=lambda pace: f"{queries.reaped(pace.window(15 * MINUTE_S))} > 0",
        summary="Exports had stopped moving and were {{ $labels.outcome }}",
        action="the log line export.reaped says which: was a consumer or a stream deleted (then"
        " aethel-export streams apply), or are workers of its platform missing?",
    ),
)
