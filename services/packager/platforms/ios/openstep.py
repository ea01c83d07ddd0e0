"""A property list of the old kind (OpenStep's), as Xcode writes its projects, with its comments.

Source: Apple, "Old-Style ASCII Property Lists"; the comments behind ids are what readers of
projects go by.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# What some readers take for a number is quoted, too: a game may be called 2048.
_PLAIN: Final = re.compile(r"(?![0-9]+$)[A-Za-z0-9_./$]+")
_ESCAPED: Final = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\t": r"\t", "\r": r"\r"}


class Reference(msgspec.Struct, frozen=True):
    """The id of an object, with what people read beside it."""

    id: str
    comment: str

    def __str__(self) -> str:
        return f"{self.id} /* {self.comment} */" if self.comment else self.id


class Object(msgspec.Struct, frozen=True):
    """One object of a project: a file, a group, a target."""

    reference: Reference
    isa: str
    values: dict[str, Value]


Value = str | int | Reference | list["Value"] | dict[str, "Value"]


def sections(objects: Iterable[Object]) -> str:
    """All objects, those of a kind together, in the order in which Xcode writes them."""
    by_kind: dict[str, list[Object]] = {}
    for item in objects:
        by_kind.setdefault(item.isa, []).append(item)
    return "".join(_section(isa, by_kind[isa]) for isa in sorted(by_kind))


def quoted(text: str) -> str:
    """A string: as it is where every reader takes it so, else in quotes."""
    if _PLAIN.fullmatch(text) and "//" not in text and "/*" not in text:
        return text
    return f'"{"".join(_ESCAPED.get(letter, letter) for letter in text)}"'


def _section(isa: str, objects: Iterable[Object]) -> str:
    text = "".join(map(_object, objects))
    return f"\n/* Begin {isa} section */\n{text}/* End {isa} section */\n"


def _object(item: Object) -> str:
    values = {"isa": item.isa, **item.values}
    return f"\t\t{item.reference} = {_dictionary(values, 2)};\n"


def _value(value: Value, depth: int) -> str:
    match value:
        case dict():
            return _dictionary(value, depth)
        case list():
            return _list(value, depth)
        case str():
            return quoted(value)
        case _:
            return str(value)


def _dictionary(values: Mapping[str, Value], depth: int) -> str:
    lines = (f"{quoted(key)} = {_value(value, depth + 1)};" for key, value in values.items())
    return f"{{\n{_indented(lines, depth + 1)}{_tabs(depth)}}}"


def _list(values: Sequence[Value], depth: int) -> str:
    lines = (f"{_value(value, depth + 1)}," for value in values)
    return f"(\n{_indented(lines, depth + 1)}{_tabs(depth)})"


def _indented(lines: Iterator[str], depth: int) -> str:
    return "".join(f"{_tabs(depth)}{line}\n" for line in lines)


def _tabs(depth: int) -> str:
    return "\t" * depth
