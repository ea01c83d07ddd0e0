"""A document is compared with its type, and every place where it differs is named.

msgspec stops at the first fault. Where there is one, this looks at the parts one by one.
"""

from __future__ import annotations

import re
from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    TypeGuard,
    Union,
    get_args,
    get_origin,
)

import msgspec

from services.packager.web.aethel.schema.fields import COLOR, ColorText

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SHOWN: Final = 80  # characters of a value
NO_COLOR: Final = "is no colour: write #rrggbb, or a name of CSS's"
_COLOR: Final = re.compile(f"(?:{COLOR})?")


def faults(value: Any, expected: Any, path: str = "$") -> Iterator[tuple[str, str]]:
    """Each (JSON path, what is wrong); none for a value of the type.

    The smallest parts at fault are named, never what holds them.
    """
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        found = False
        for fault in _inner(value, expected, path):
            found = True
            yield fault
        if not found and (known := _choices(expected)):
            yield path, f"cannot be {_shown(value)}; it can be {', '.join(known)}"
        elif not found:
            message, _, inside = str(error).partition(" - at `$")
            yield f"{path}{inside.rstrip('`')}", message[0].lower() + message[1:]


def _choices(expected: Any) -> list[str]:
    """The texts that the type allows, where it allows only some."""
    while get_origin(expected) is Annotated:
        expected = get_args(expected)[0]
    if get_origin(expected) is Literal:
        return sorted(map(str, get_args(expected)))
    if get_origin(expected) in (Union, UnionType):
        return sorted(text for member in get_args(expected) for text in _choices(member))
    return []


def _shown(value: Any) -> str:
    if not isinstance(value, str):
        return f"of type {type(value).__name__}"
    return repr(value) if len(value) <= MOST_SHOWN else f"{value[:MOST_SHOWN]!r}…"


def unknown_fields(value: dict[str, Any], expected: type[msgspec.Struct]) -> list[str]:
    """Fields that the type does not have."""
    return sorted(value.keys() - {field.encode_name for field in _fields(expected)})


def unknown_inside(
    value: dict[str, Any], expected: type[msgspec.Struct], what: str
) -> Iterator[tuple[str, str]]:
    """(what has it, field) of each field that the type, or the types inside it, do not have."""
    for name in unknown_fields(value, expected):
        yield what, name
    for field in _fields_of_structs(expected):
        inner = value.get(field.encode_name)
        if isinstance(inner, dict) and _is_struct(kind := _meant(field.type, inner)):
            yield from unknown_inside(inner, kind, f"{what}.{field.encode_name}")


def bad_colors(
    value: dict[str, Any], expected: type[msgspec.Struct], path: str = "$"
) -> Iterator[tuple[str, str]]:
    """Each (JSON path, what is wrong) of a text that stands where a colour has to, and is none."""
    for field in _fields_of_colors(expected):
        inner = value.get(field.encode_name)
        if isinstance(inner, str) and not _COLOR.fullmatch(inner.strip()):
            yield f"{path}.{field.encode_name}", NO_COLOR
    for field in _fields_of_structs(expected):
        inner = value.get(field.encode_name)
        if isinstance(inner, dict) and _is_struct(kind := _meant(field.type, inner)):
            yield from bad_colors(inner, kind, f"{path}.{field.encode_name}")


@cache
def _fields(expected: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(expected)


@cache
def _fields_of_colors(expected: type[msgspec.Struct]) -> list[msgspec.structs.FieldInfo]:
    return [field for field in _fields(expected) if ColorText in get_args(field.type)]


@cache
def _fields_of_structs(expected: type[msgspec.Struct]) -> list[msgspec.structs.FieldInfo]:
    return [field for field in _fields(expected) if any(map(_is_struct, _members(field.type)))]


def _inner(value: Any, expected: Any, path: str) -> Iterator[tuple[str, str]]:
    expected = _meant(expected, value)
    if _is_struct(expected) and isinstance(value, dict):
        for field in _fields(expected):
            if field.encode_name in value:
                yield from faults(
                    value[field.encode_name], field.type, f"{path}.{field.encode_name}"
                )
            elif field.required:
                yield path, f"lacks the field {field.encode_name!r}"
    elif get_origin(expected) is list and isinstance(value, list):
        (item,) = get_args(expected)
        for number, part in enumerate(value):
            yield from faults(part, item, f"{path}[{number}]")
    elif get_origin(expected) is dict and isinstance(value, dict):
        _, item = get_args(expected)
        for key, part in value.items():
            yield from faults(part, item, f"{path}.{key}")


def _meant(expected: Any, value: Any) -> Any:
    """Without limits, and of several types the one that the value has the shape of."""
    members = _members(expected)
    if len(members) == 1:
        return members[0]
    return next((member for member in members if _has_shape(member, value)), None)


@cache
def _members(expected: Any) -> tuple[Any, ...]:
    """The types that it may be, without limits."""
    while get_origin(expected) is Annotated:
        expected = get_args(expected)[0]
    if get_origin(expected) not in (Union, UnionType):
        return (expected,)
    return tuple(found for member in get_args(expected) for found in _members(member))


def _has_shape(expected: Any, value: Any) -> bool:
    if isinstance(value, dict):
        return _is_struct(expected) or get_origin(expected) is dict
    return isinstance(value, list) and get_origin(expected) is list


def _is_struct(expected: Any) -> TypeGuard[type[msgspec.Struct]]:
    return isinstance(expected, type) and issubclass(expected, msgspec.Struct)
