"""What a dashboard is made of, before it is known who draws it: Grafana, or a picture."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

import msgspec

# Variables that Grafana replaces; a picture does it itself.
WINDOW: Final = "$__rate_interval"  # long enough for a rate, however the graph is zoomed
RANGE: Final = "$__range"  # all that is shown
PLATFORM: Final = "$platform"

Kind = Literal["lines", "stacked", "steps", "number", "text"]


class Unit(StrEnum):
    """As Grafana calls them."""

    COUNT = "short"
    PER_MINUTE = "cpm"
    PER_SECOND = "reqps"
    SECONDS = "s"
    BYTES = "decbytes"
    BYTES_PER_S = "Bps"
    SHARE = "percentunit"  # 1 is 100 %

    @property
    def words(self) -> str:
        """For people; nothing for a plain number."""
        return {
            Unit.PER_MINUTE: "a minute",
            Unit.PER_SECOND: "a second",
            Unit.SECONDS: "time",
            Unit.BYTES: "bytes",
            Unit.BYTES_PER_S: "bytes a second",
            Unit.SHARE: "share",
        }.get(self, "")


class Line(msgspec.Struct, frozen=True):
    """The series of one query; ``legend`` names each by its labels, as ``{{platform}}``."""

    query: str
    legend: str


class Limit(msgspec.Struct, frozen=True):
    """Where an alert begins, or what is promised."""

    value: float
    name: str  # of the alert, or of the promise
    is_least: bool = False  # what is below it is bad


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One graph, number or text."""

    title: str
    about: str  # what it means, and where to look when it is bad
    unit: Unit = Unit.COUNT
    lines: tuple[Line, ...] = ()
    kind: Kind = "lines"
    limits: tuple[Limit, ...] = ()
    most: float | None = None  # the top of the scale, where it has one
    least: float = 0  # its bottom, unless it is logarithmic
    log: bool = False  # a logarithmic scale: from milliseconds to an hour
    quiet: bool = False  # without a series as long as nothing of its kind has happened
    width: int = 12  # of 24
    height: int = 8


class Section(msgspec.Struct, frozen=True):
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """One page."""

    name: str  # of its file, and of its address
    title: str
    about: str
    sections: tuple[Section, ...]
    has_platform: bool = False  # one platform is chosen
    texts: dict[str, str] = {}  # further variables that are typed in: name -> label

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All of them."""
        return tuple(panel for section in self.sections for panel in section.panels)
