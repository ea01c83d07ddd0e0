"""A promise is being broken so fast that a month's share of exceptions will not last."""

from __future__ import annotations

from typing import Final

from monitoring.alert import Alert, Severity
from monitoring.pace import HOUR_S, MINUTE_S
from monitoring.promises import broken, burn

FAST: Final = 14.4  # times as often as allowed: a fiftieth of a month's share in an hour
LEAST: Final = 5  # were broken: on a quiet day one is no sign of anything


def _burns(times: float, long: str, short: str) -> str:
    """In both windows; the short one ends the alert soon after the cause has ended."""
    return f"({burn(long)} > {times:g} and {burn(short)} > {times:g} and {broken(long)} >= {LEAST})"


ALERTS: Final = (
    Alert(
        name="ExportErrorBudgetFast",
        severity=Severity.CRITICAL,
        expression=lambda _: f"{_burns(FAST, '1h', '5m')} or {_burns(6, '6h', '30m')}",
        hold_s=2 * MINUTE_S,
        summary="The promise {{ $labels.slo }} is broken {{ $value | humanize }} times as often as"
        " allowed",
        action="which other alerts fire? they name the cause; docs/slo.md says what is counted",
    ),
    Alert(
        name="ExportErrorBudgetSlow",
        severity=Severity.WARNING,
        expression=lambda _: _burns(1, "3d", "6h"),
        hold_s=HOUR_S,
        summary="For days the promise {{ $labels.slo }} was broken more often than allowed",
        action="compare stages and servers with last week's on the dashboards: what has grown?",
    ),
)
