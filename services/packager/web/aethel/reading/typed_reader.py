"""Each part of a scene is read by itself, as its type, so that no fault hides another."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from services.packager.web.aethel.findings import MAX_SHOWN
from services.packager.web.aethel.scenes import AssetUse, Kind, Scene
from services.packager.web.aethel.schema.type_errors import (
    bad_colors,
    faults,
    unknown_fields,
    unknown_inside,
)

if TYPE_CHECKING:
    from services.packager.web.aethel.findings import Findings

T = TypeVar("T")


class TypedReader:
    """Fills in a :class:`Scene`, and reports what is wrong with it."""

    def __init__(self, scene: Scene, findings: Findings) -> None:
        self.scene = scene
        self._findings = findings

    def _typed(self, value: Any, expected: type[T], path: str) -> T | None:
        """The value as its type; None, and every fault of it reported, where it is not."""
        if isinstance(value, dict) and isinstance(expected, type):
            self._colors(value, expected, path)
        try:
            return msgspec.convert(value, expected)
        except msgspec.ValidationError:
            most = 0 if self._findings.is_full else MAX_SHOWN
            for place, message in islice(faults(value, expected, path), most):
                self._findings.error(self.scene.file, message, path=place)
            return None

    def _colors(self, value: dict[str, Any], expected: Any, path: str) -> None:
        if issubclass(expected, msgspec.Struct):
            for place, message in bad_colors(value, expected, path):
                self._findings.error(self.scene.file, message, path=place)

    def _each(self, items: list[Any] | None, expected: type[T], path: str) -> dict[int, T]:
        """Those items of a list that are of the type, by their place in it."""
        typed = (
            (number, self._typed(item, expected, f"{path}[{number}]"))
            for number, item in enumerate(items or [])
        )
        return {number: item for number, item in typed if item is not None}

    def _use(
        self, kind: Kind, reference: str, path: str, *, exact: bool = False, node: str = ""
    ) -> None:
        if not self.scene.is_inline(reference):
            self.scene.uses.append(AssetUse(kind, reference, path, exact, node))

    def _unknown_inside(
        self, document: dict[str, Any], kind: type[msgspec.Struct], what: str
    ) -> None:
        for where, field in unknown_inside(document, kind, what):
            message = f"{where} has the field {field!r}, which the player does not know"
            self._findings.warning(self.scene.file, message)

    def _unknown(self, document: dict[str, Any], kind: type[msgspec.Struct], what: str) -> None:
        for field in unknown_fields(document, kind):
            message = f"{what} has the field {field!r}, which the player does not know"
            self._findings.warning(self.scene.file, message)
