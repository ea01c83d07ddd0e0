"""Frames a second, exactly: 29.97 is short for 30000/1001."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

# Television's rates, which are written with two or three decimals (SMPTE ST 12-1).
_NTSC: Final = {n: Fraction(n * 1_000, 1_001) for n in (24, 30, 48, 60, 120)}
MAX_DENOMINATOR: Final = 1_001


def frame_rate(written: float | str) -> Fraction | None:
    """The rate that was meant; None for what is none.

    Args:
        written: A number, or one as text with decimals or as a fraction.
    """
    if isinstance(written, float) and not math.isfinite(written):
        return None
    exact = Fraction(str(written))
    for rate in _NTSC.values():
        if exact != int(exact) and abs(exact - rate) < Fraction(1, 200):
            return rate
    return exact if exact > 0 and exact.denominator <= MAX_DENOMINATOR else None
