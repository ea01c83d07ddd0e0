"""Warnings are what the maker of a game should look at although the export goes on."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

MOST: Final = 20  # that an export carries; its log has them all
Text = Annotated[str, msgspec.Meta(max_length=500)]


class BuildWarning(msgspec.Struct, frozen=True, kw_only=True):
    """One warning: which kind, what is wrong, and where; null where it is of no one place."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z-]{0,59}$(?!\n)")]
    message: Text
    file: Text | None = None  # of the project
    line: Annotated[int, msgspec.Meta(ge=1)] | None = None
    path: Text | None = None  # into the file's JSON: ``$.entities[3].components[0]``


class BuildWarnings(msgspec.Struct, frozen=True, kw_only=True):
    """How many a build has found, and the first of them."""

    count: Annotated[int, msgspec.Meta(ge=0)] = 0
    first: Annotated[tuple[BuildWarning, ...], msgspec.Meta(max_length=MOST)] = ()
