"""How far the promises of ``shared/domain/service_levels.py`` are kept, and how fast they break.

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

WINDOWS_S: Final = {
    "5m": 5 * MINUTE_S,
    "30m": 30 * MINUTE_S,
    "1h": HOUR_S,
    "6h": 6 * HOUR_S,
    "3d": 3 * DAY_S,
}


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """So many of all have to be kept; both are the growth of counters in a window."""

    name: str
    target: float
    kept: Callable[[str], str]
    all: Callable[[str], str]

    def share(self, window: str) -> str:
        """What share was kept, from 0 to 1."""
        return f"{self.kept(window)} / ({self.all(window)} > 0)"

    def broken(self, window: str) -> str:
        """How many were not."""
        return f"{self.all(window)} - {self.kept(window)}"

    def burn(self, window: str) -> str:
        """How many times as fast as allowed; at 1 nothing is left over at the month's end."""
        broken = f"({self.broken(window)}) / ({self.all(window)} > 0)"
        return f"{broken} / {1 - self.target:.6g}"

    def left(self, window: str) -> str:
        """What share of the exceptions that are allowed is left; below 0 there were more."""
        return f"1 - {self.burn(window)}"


def _up_to(histogram: str, most_s: float, *matchers: str) -> str:
    """The counter of what took no longer; the label is written as the services write it."""
    most = f'le="{float(most_s)}"'
    return f"{histogram}_bucket{{{', '.join([most, *matchers])}}}"


def _exports_kept(window: str) -> str:
    outcomes = f'outcome=~"{"|".join(promised.KEPT_OUTCOMES)}"'
    growths = []
    for budget_s in sorted(set(promised.BUDGET_S.values())):
        platforms = [name for name, most_s in promised.BUDGET_S.items() if most_s == budget_s]
        among = f'platform=~"{"|".join(platforms)}"'
        counter = _up_to("export_duration_seconds", budget_s, among, outcomes)
        growths.append(f"increase({counter}[{window}])")
    return f"sum({' or '.join(growths)})"


_QUICK: Final = f'route!~"{"|".join(promised.SLOW_ROUTES)}"'

PROMISES: Final = (
    Promise(
        name="exports",
        target=promised.ENDS_IN_TIME,
        kept=_exports_kept,
        all=queries.ended,
    ),
    Promise(
        name="news",
        target=promised.NEWS_IN_TIME,
        kept=lambda window: queries.increase(
            _up_to("export_websocket_news_seconds", promised.NEWS_S), window
        ),
        all=lambda window: queries.increase("export_websocket_news_seconds_count", window),
    ),
    Promise(
        name="api",
        target=promised.API_IN_TIME,
        kept=lambda window: queries.increase(
            _up_to("export_http_request_seconds", promised.API_S, _QUICK), window
        ),
        all=lambda window: queries.increase(
            f"export_http_request_seconds_count{{{_QUICK}}}", window
        ),
    ),
)


def burn(window: str) -> str:
    """The recorded burn rate of every promise: 5m, 30m, 1h, 6h or 3d."""
    return f"aethel:promise_burn:{window}"


def broken(window: str) -> str:
    """How often each was broken, recorded likewise."""
    return f"aethel:promise_broken:{window}"


def _recordings(promise: Promise, window: str, seconds: int) -> tuple[Recording, Recording]:
    labels = {"slo": promise.name}

    def over(asked: Callable[[str], str]) -> Callable[[Pace], str]:
        return lambda pace: asked(pace.window(seconds))

    return (
        Recording(name=burn(window), labels=labels, expression=over(promise.burn)),
        Recording(name=broken(window), labels=labels, expression=over(promise.broken)),
    )


RECORDINGS: Final = tuple(
    recording
    for promise in PROMISES
    for window, seconds in WINDOWS_S.items()
    for recording in _recordings(promise, window, seconds)
)
