"""What a Prometheus knows of a stretch of time."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from monitoring.dashboards.panel import PLATFORM, RANGE, WINDOW
from monitoring.pace import Pace

if TYPE_CHECKING:
    from monitoring.dashboards.panel import Line

POINTS: Final = 240  # in one graph
SCRAPES: Final = 4  # in a rate's window, or points: what happens rarely shall be seen
TIMEOUT_S: Final = 60.0


class Series(msgspec.Struct, frozen=True):
    """Its points, times as minutes from the beginning; gaps are not among them."""

    name: str
    labels: dict[str, str]
    minutes: list[float]
    values: list[float]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A server, and the time that is looked at, as Unix times."""

    url: str
    begins: float
    ends: float
    pace: Pace = Pace()
    scrape_s: float = 15.0  # in real time
    platform: str = "web"

    @property
    def step_s(self) -> float:
        """From point to point."""
        return max((self.ends - self.begins) / POINTS, self.scrape_s / self.pace.factor, 1.0)

    @property
    def minutes(self) -> list[float]:
        """The times of all points."""
        number = int((self.ends - self.begins) / self.step_s) + 1
        return [self._minute(self.begins + point * self.step_s) for point in range(number)]

    def series(self, line: Line) -> list[Series]:
        """All series of a line, in the order of their names."""
        found = self._ask(
            "query_range",
            query=self.filled(line.query),
            start=f"{self.begins:.3f}",
            end=f"{self.ends:.3f}",
            step=f"{self.step_s:.3f}",
        )["result"]
        made = [self._series(line, one) for one in found]
        return sorted((one for one in made if one.values), key=lambda one: one.name)

    def number(self, line: Line) -> float | None:
        """Its value at the end; None where there is none."""
        asked = self.filled(line.query)
        found = self._ask("query", query=asked, time=f"{self.ends:.3f}")["result"]
        return float(found[0]["value"][1]) if found else None

    def alerts(self) -> list[str]:
        """The names of all that there are."""
        groups = self._ask("rules", type="alert")["groups"]
        return sorted({rule["name"] for group in groups for rule in group["rules"]})

    def filled(self, query: str) -> str:
        """The query with the variables that Grafana would fill in."""
        rate_s = SCRAPES * self.step_s
        return (
            query.replace(WINDOW, Pace().window(round(rate_s, 1)))
            .replace(RANGE, Pace().window(round(self.ends - self.begins)))
            .replace(PLATFORM, self.platform)
        )

    def _series(self, line: Line, one: dict[str, Any]) -> Series:
        points = [(float(at), float(value)) for at, value in one["values"] if value != "NaN"]
        return Series(
            re.sub(r"{{(\w+)}}", lambda label: one["metric"].get(label[1], ""), line.legend),
            one["metric"],
            [self._minute(at) for at, _ in points],
            [value for _, value in points],
        )

    def _minute(self, at: float) -> float:
        point = round((at - self.begins) / self.step_s)
        return point * self.step_s / 60

    def _ask(self, path: str, **parameters: str) -> Any:
        url = f"{self.url}/api/v1/{path}?{urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - who calls names it
            return json.load(answer)["data"]
