"""How far an export is: progress, log lines, its place in the queue."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from shared.domain.events import Timestamp, now
from shared.domain.export_document import Eta, Status
from shared.domain.waiting import Obstacle


class QueuePosition(msgspec.Struct, frozen=True):
    """What can be told of a waiting export at this moment; None where nobody can tell."""

    position: int | None = None  # 1 is next
    eta: Eta | None = None
    reason: Obstacle | None = None


NOWHERE: Final = QueuePosition()

Level = Literal["debug", "info", "warning", "error"]


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a generation is; ``percent`` comes from bytes done and never falls within it."""

    export_id: str
    generation: int
    status: Status
    percent: Annotated[float, msgspec.Meta(ge=0, le=100)]
    step: str
    eta: Eta | None = None
    at: Timestamp = msgspec.field(default_factory=now)

    @property
    def rank(self) -> tuple[int, float]:
        """What must never fall."""
        return self.generation, self.percent


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line for the maker of the game."""

    generation: int
    level: Level
    message: str
    at: Timestamp = msgspec.field(default_factory=now)
