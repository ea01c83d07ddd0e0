"""What a check of the doctor's comes to."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One check: what was looked at, whether it is well, and what was found or is to be done.

    What ``warns`` works, but perhaps not as it is meant. What is not ``here`` need not be.
    """

    name: str
    well: bool
    detail: str
    warns: bool = False
    here: bool = True


class Doubt(Exception):  # noqa: N818 - no fault
    """Something works, but perhaps not as it is meant."""
