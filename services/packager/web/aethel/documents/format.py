"""A format says how its documents are recognised, and what the player makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

import msgspec

from services.packager.web.aethel.documents.fields import Source
from services.packager.web.aethel.documents.level_builder import Converted

Kind = Literal["scene", "prefab", "material", "controller"]


class Surroundings(Protocol):
    """What a converter may ask about the rest of the project."""

    def script_of(self, class_name: str) -> str | None:
        """The project path of the script that exports a class; None where none does."""
        ...

    def missing(self, source: Source, message: str, path: str) -> None:
        """Report what is not there: in debug work goes on without it."""
        ...


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One format of the engine's editors and tools."""

    name: str  # as its makers call it: "LevelEditor level"
    kind: Kind
    recognises: Callable[[Any], bool]  # by the document's content
    convert: Callable[[Source, Surroundings], Converted]
