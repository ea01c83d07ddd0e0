"""How long the windows of queries are: as in production, or so short that a test sees them pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUTE_S: Final = 60
HOUR_S: Final = 60 * MINUTE_S
DAY_S: Final = 24 * HOUR_S
UNITS_MS: Final[Sequence[tuple[str, int]]] = (
    ("d", 1_000 * DAY_S),
    ("h", 1_000 * HOUR_S),
    ("m", 1_000 * MINUTE_S),
    ("s", 1_000),
    ("ms", 1),
)


class Pace(msgspec.Struct, frozen=True):
    """Time passes ``factor`` times as fast as it says."""

    factor: float = 1.0

    def window(self, seconds: float) -> str:
        """A duration as Prometheus writes it: ``15m``, or ``1500ms``."""
        ms = round(1_000 * seconds / self.factor)
        return next(f"{ms // size}{unit}" for unit, size in UNITS_MS if ms % size == 0)

    def seconds(self, seconds: float) -> str:
        """A number of seconds, to compare ages with."""
        return f"{seconds / self.factor:g}"
