"""When what was done to a stack, as ``make load`` writes it down."""

from __future__ import annotations

import msgspec

from monitoring.pace import Pace
from monitoring.pictures.source import Source


class Event(msgspec.Struct, frozen=True):
    """Something that was done, in Unix time."""

    name: str
    begins: float
    ends: float


class Diary(msgspec.Struct, frozen=True, rename={"begins": "from", "ends": "to"}):
    """Of one run, whose time passed ``factor`` times as fast as that of alerts."""

    begins: float
    ends: float
    factor: float
    disturbances: list[Event]

    def source(self, url: str) -> Source:
        """The time of the run, as a Prometheus has seen it."""
        return Source(url=url, begins=self.begins, ends=self.ends, pace=Pace(self.factor))
