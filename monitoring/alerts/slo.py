"""Service level objectives are missed so often that the month's error budget will not last."""

from __future__ import annotations

from typing import Final

from monitoring.alert import Alert, Severity
from monitoring.pace import HOUR_S, MINUTE_S
from monitoring.slo import bad_events, burn_rate

FAST: Final = 14.4  # times as often as allowed: a fiftieth of the budget in an hour
LEAST: Final = 5  # bad events: on a quiet day one is no sign of anything


def _burns(times: float, long: str, short: str) -> str:
    """In both windows; the short one ends the alert soon after the cause has ended."""
    too_fast = f"{burn_rate(long)} > {times:g} and {burn_rate(short)} > {times:g}"
    return f"({too_fast} and {bad_events(long)} >= {LEAST})"


ALERTS: Final = (
    Alert(
        name="ExportSloBurnFast",
        severity=Severity.CRITICAL,
        expression=lambda _: f"{_burns(FAST, '1h', '5m')} or {_burns(6, '6h', '30m')}",
        hold_s=2 * MINUTE_S,
        summary="The objective {{ $labels.slo }} is missed {{ $value | humanize }} times as often"
        " as allowed",
        action="which other alerts fire? they name the cause; docs/slo.md says what is counted",
    ),
    Alert(
        name="ExportSloBurnSlow",
        severity=Severity.WARNING,
        expression=lambda _: _burns(1, "3d", "6h"),
        hold_s=HOUR_S,
        summary="For days the objective {{ $labels.slo }} was missed more often than allowed",
        action="compare stages and servers with last week's on the dashboards: what has grown?",
    ),
)
