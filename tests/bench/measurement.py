"""One number of a benchmark and what it should be."""

from __future__ import annotations

import operator
from typing import Final, Literal

import msgspec

_HOLDS: Final = {"≤": operator.le, "≥": operator.ge}


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """``target`` None: for information only."""

    name: str
    value: float
    unit: str
    target: float | None = None
    limit: Literal["≤", "≥"] = "≤"

    @property
    def ok(self) -> bool:
        """Whether the target is met."""
        return self.target is None or bool(_HOLDS[self.limit](self.value, self.target))

    def __str__(self) -> str:
        value = f"{self.name:<28} {self.value:>10,.2f} {self.unit:<2}"
        if self.target is None:
            return value.rstrip()
        return f"{value}  {self.limit} {self.target:,.2f}  {'ok' if self.ok else 'miss'}"
