"""JSON Schema of one option, whole: readers of it follow no references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.domain.video.effects import EFFECTS
from shared.domain.video.options import VideoOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFERENCE: Final = "#/$defs/"
_LEFT_OUT: Final = frozenset(("title", "$ref"))


def whole(schema: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    """A schema in which what it refers to stands, with what each option of a film does."""
    if reference := schema.get("$ref"):
        name = reference.removeprefix(_REFERENCE)
        made = whole(components[name], components)
        return _described(made) if name == VideoOptions.__name__ else made
    return {
        keyword: _part(keyword, value, components)
        for keyword, value in schema.items()
        if keyword not in _LEFT_OUT
    }


def _part(keyword: str, value: Any, components: Mapping[str, Any]) -> Any:
    if keyword == "properties":
        return {name: whole(inner, components) for name, inner in value.items()}
    if keyword == "anyOf":
        return [whole(inner, components) for inner in value]
    if keyword in ("items", "additionalProperties") and isinstance(value, dict):
        return whole(value, components)
    return value


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    properties = schema["properties"]
    described = {
        name: {**inner, "description": EFFECTS[name]} for name, inner in properties.items()
    }
    return {**schema, "properties": described}
