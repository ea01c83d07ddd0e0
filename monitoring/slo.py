"""Service level objectives: how far they are met, and how fast their error budgets burn.

Source:
    The Site Reliability Workbook, chapter 5: alerts on burn rates, over two windows each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from monitoring import queries
from monitoring.alert import Recording
from monitoring.pace import DAY_S, HOUR_S, MINUTE_S
from shared.domain import service_levels as promised

if TYPE_CHECKING:
    from monitoring.pace import Pace

SHORTEST: Final = "5m"
WINDOWS_S: Final = {
    "5m": 5 * MINUTE_S,
    "30m": 30 * MINUTE_S,
    "1h": HOUR_S,
    "6h": 6 * HOUR_S,
    "3d": 3 * DAY_S,
}


class Objective(msgspec.Struct, frozen=True, kw_only=True):
    """So many of all events have to be good; both are the growth of counters in a window."""

    name: str
    target: float
    good: Callable[[str], str]
    all: Callable[[str], str]

    def share(self, window: str) -> str:
        """What share was good, from 0 to 1."""
        return f"{self.good(window)} / ({self.all(window)} > 0)"

    def bad(self, window: str) -> str:
        """How many were not."""
        return f"{self.all(window)} - {self.good(window)}"

    def burn_rate(self, window: str) -> str:
        """How many times as fast as allowed; at 1 the error budget lasts just its month."""
        bad = f"({self.bad(window)}) / ({self.all(window)} > 0)"
        return f"{bad} / {1 - self.target:.6g}"

    def left(self, days: int) -> str:
        """What share of the error budget is left, of what is recorded; below 0 it was overdrawn."""
        bad, every = (
            f'sum_over_time({name(SHORTEST)}{{slo="{self.name}"}}[{days}d:{SHORTEST}])'
            for name in (bad_events, all_events)
        )
        return f"clamp_min(1 - {bad} / ({every} > 0) / {1 - self.target:.6g}, -1)"


def _up_to(histogram: str, most_s: float, *matchers: str) -> str:
    """The counter of what took no longer; the label is written as the services write it."""
    most = f'le="{float(most_s)}"'
    return f"{histogram}_bucket{{{', '.join([most, *matchers])}}}"


def _exports_good(window: str) -> str:
    outcomes = f'outcome=~"{"|".join(promised.KEPT_OUTCOMES)}"'
    growths = []
    for budget_s in sorted(set(promised.BUDGET_S.values())):
        platforms = [name for name, most_s in promised.BUDGET_S.items() if most_s == budget_s]
        among = f'platform=~"{"|".join(platforms)}"'
        counter = _up_to("export_duration_seconds", budget_s, among, outcomes)
        growths.append(f"increase({counter}[{window}])")
    return f"sum({' or '.join(growths)})"


_UNCOUNTED: Final = (*promised.SLOW_ROUTES, *promised.PROBE_ROUTES)
_QUICK: Final = f'route!~"{"|".join(_UNCOUNTED)}"'


def _answered(window: str) -> str:
    """Requests answered in time, less those answered with 5xx: a slow error is missed twice."""
    in_time = queries.increase(
        _up_to("export_http_request_seconds", promised.API_S, _QUICK), window
    )
    errors = queries.increase(f'export_http_requests_total{{{_QUICK}, status=~"5.."}}', window)
    return f"clamp_min({in_time} - ({errors} or vector(0)), 0)"


OBJECTIVES: Final = (
    Objective(
        name="exports",
        target=promised.ENDS_IN_TIME,
        good=_exports_good,
        all=queries.ended,
    ),
    Objective(
        name="news",
        target=promised.NEWS_IN_TIME,
        good=lambda window: queries.increase(
            _up_to("export_websocket_news_seconds", promised.NEWS_S), window
        ),
        all=lambda window: queries.increase("export_websocket_news_seconds_count", window),
    ),
    Objective(
        name="api",
        target=promised.API_IN_TIME,
        good=_answered,
        all=lambda window: queries.increase(
            f"export_http_request_seconds_count{{{_QUICK}}}", window
        ),
    ),
)


def burn_rate(window: str) -> str:
    """The recorded burn rate of every objective: 5m, 30m, 1h, 6h or 3d."""
    return f"aethel:slo_burn_rate:{window}"


def bad_events(window: str) -> str:
    """How many bad events each had, recorded likewise."""
    return f"aethel:slo_bad_events:{window}"


def all_events(window: str) -> str:
    """How many events each had, good or bad; 5m alone."""
    return f"aethel:slo_events:{window}"


def _recordings(objective: Objective, window: str, seconds: int) -> tuple[Recording, ...]:
    labels = {"slo": objective.name}

    def over(asked: Callable[[str], str]) -> Callable[[Pace], str]:
        return lambda pace: asked(pace.window(seconds))

    every = (Recording(name=all_events(window), labels=labels, expression=over(objective.all)),)
    return (
        *(every if window == SHORTEST else ()),
        Recording(name=burn_rate(window), labels=labels, expression=over(objective.burn_rate)),
        Recording(name=bad_events(window), labels=labels, expression=over(objective.bad)),
    )


RECORDINGS: Final = tuple(
    recording
    for objective in OBJECTIVES
    for window, seconds in WINDOWS_S.items()
    for recording in _recordings(objective, window, seconds)
)
