"""A fault is what is wrong with a file's bytes, and how sure that is."""

from __future__ import annotations

from typing import Final

import msgspec

from services.packager.project import lfs_pointers


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, and what to do."""

    message: str
    certain: bool = True  # no browser makes anything of it


EMPTY: Final = Fault(message="is empty; put the file back, or export it anew")
POINTER: Final = Fault(message=lfs_pointers.FAULT)


def cut(what: str, *, certain: bool = True) -> Fault:
    """The fault of a file that ends too early; ``what`` is missing of it."""
    message = f"is cut short: {what}; put the whole file back, or export it anew"
    return Fault(message=message, certain=certain)


def other(what: str) -> Fault:
    """The fault of a file whose content is not what its name says."""
    return Fault(message=f"holds {what}, whatever its name says; export it anew")


def short_of(announced: int, there: int) -> str:
    """What is missing of a file that says how long it is."""
    return f"it says that it has {announced:,} bytes, and {there:,} are there"
