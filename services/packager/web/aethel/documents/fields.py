"""Fields of a document are read one by one; what is wrong, and what nobody read, is reported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.project.game_json import is_number, taken_for_text
from services.packager.web.aethel.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

LIMIT: Final = 1e9  # as fields of a level have it
WRAPPED: Final = {"type", "value"}
_INDEX: Final = re.compile(r"\[\d+\]")
_NAMES: Final = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}


class Source(msgspec.Struct, frozen=True):
    """One document of the project, decoded, and where its maker hears what is wrong with it."""

    file: str
    content: Any
    findings: Findings

    def fields(self) -> Fields:
        """Those of the document itself; none where it is no object."""
        content = self.content if isinstance(self.content, dict) else {}
        return Fields(content, self, "$")

    def warn(self, message: str, path: str = "") -> None:
        """Report what gets lost; of the same place in many objects only once."""
        self.findings.warning(self.file, message, path=_INDEX.sub("[*]", path))

    def inform(self, message: str) -> None:
        """Report what the maker may expect otherwise, and nobody can change."""
        self.findings.info(message, file=self.file)

    def fail(self, message: str, path: str = "") -> None:
        """Report what has to be changed."""
        self.findings.error(self.file, message, path=path)


class Fields:
    """The fields of one object. An absent one, and null, has its default."""

    def __init__(self, value: Mapping[str, Any], source: Source, path: str) -> None:
        self.path = path
        self.source = source
        self._value = value
        self._read: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return self._value.get(name) is not None

    def raw(self, name: str) -> Any:
        """The value as it stands there."""
        self._read.add(name)
        return self._value.get(name)

    def place(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}"

    def number(
        self, name: str, default: float, *, least: float = -LIMIT, most: float = LIMIT
    ) -> float:
        """A number within the limits."""
        value = self.raw(name)
        if value is None:
            return default
        if not is_number(value):
            self._wrong(name, "a number", value)
        elif not least <= value <= most:
            self.source.fail(f"has to be from {least:g} to {most:g}", self.place(name))
        else:
            return float(value)
        return default

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self.raw(name)
        if value is None or isinstance(value, str):
            return default if value is None else value
        self._wrong(name, "a text", value)
        return default

    def label(self, name: str) -> str:
        """A text that people read; a number can only mean one."""
        if is_number(value := self.raw(name)):
            self.source.inform(f"{self.place(name)}: {taken_for_text(value)}")
            return str(value)
        return self.text(name)

    def identifier(self, name: str, default: str) -> str:
        """A text, or a number that serves as one."""
        value = self.raw(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)[:64]
        return self.text(name) or default

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self._wrong(name, "true or false", value)
        return default

    def choice(self, name: str, known: Collection[str], default: str) -> str:
        """One of several texts; what is none of them is reported, and the default taken."""
        value = self.text(name, default)
        if value in known:
            return value
        message = f"is {value!r}, which is unknown: {default!r} is taken"
        self.source.warn(message, self.place(name))
        return default

    def vector(self, name: str, default: tuple[float, ...]) -> tuple[float, ...]:
        """A list, or an object of axes, with as many numbers as the default; a null in it is 0."""
        value = self.raw(name)
        if value is None:
            return default
        if isinstance(value, dict) and value.keys() == WRAPPED:  # {type: "Vector3", value: […]}
            value = value["value"]
        if isinstance(value, dict):
            value = self._axes(name, value, "xyzw"[: len(default)])
        if not isinstance(value, list) or len(value) != len(default):
            self._wrong(name, f"{len(default)} numbers", value)
            return default
        numbers = [0.0 if item is None else item for item in value]
        for item in numbers:
            if not is_number(item) or not -LIMIT <= item <= LIMIT:
                message = f"has to be {len(default)} numbers from {-LIMIT:g} to {LIMIT:g}"
                self.source.fail(message, self.place(name))
                return default
        return tuple(map(float, numbers))

    def numbers(self, name: str) -> list[float]:
        """A list of numbers, however long."""
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self._wrong(name, "a list of numbers", value)
            return []
        for place, item in enumerate(value):
            if not is_number(item) or not -LIMIT <= item <= LIMIT:
                self.source.fail("has to be a number", f"{self.place(name)}[{place}]")
                return []
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts; what is none is reported."""
        found = []
        for place, item in enumerate(self._items(name)):
            if isinstance(item, str):
                found.append(item)
            else:
                self.source.fail("has to be a text", f"{self.place(name)}[{place}]")
        return found

    def inner(self, name: str) -> Fields:
        """The fields of an object in here; none where there is no such object."""
        value = self.raw(name)
        if value is not None and not isinstance(value, dict):
            self._wrong(name, "an object", value)
        return Fields(value if isinstance(value, dict) else {}, self.source, self.place(name))

    def each(self, name: str) -> Iterator[Fields]:
        """The fields of each object of a list; what is no object is reported."""
        for place, item in enumerate(self._items(name)):
            path = f"{self.place(name)}[{place}]"
            if isinstance(item, dict):
                yield Fields(item, self.source, path)
            else:
                self.source.fail("has to be an object", path)

    def names(self) -> list[str]:
        """All fields that are there."""
        return list(self._value)

    def ignore(self, *names: str) -> None:
        """Fields that say nothing about the game: whoever wrote them keeps them for itself."""
        self._read.update(names)

    def lose(self, effect: str, *names: str) -> None:
        """Fields whose meaning is known and cannot be kept: report those that are there."""
        for name in names:
            if name in self and self._value[name] not in (False, [], {}, "", 0):
                self.source.warn(effect, self.place(name))
        self._read.update(names)

    @property
    def known(self) -> frozenset[str]:
        """Those that were read or ignored."""
        return frozenset(self._read)

    def close(self) -> None:
        """Report each field that nobody has read."""
        for name in self._value:
            if name not in self._read:
                message = "is a field that nobody knows: it has no effect"
                self.source.warn(message, self.place(name))

    def _axes(self, name: str, value: Mapping[str, Any], axes: str) -> list[Any]:
        """The numbers of an object of axes; one that is absent is 0."""
        absent = [axis for axis in axes if axis not in value]
        if absent:
            self.source.warn(f"lacks {', '.join(absent)}: 0 is taken", self.place(name))
        return [value.get(axis, 0) for axis in axes]

    def _items(self, name: str) -> list[Any]:
        value = self.raw(name)
        if value is None or isinstance(value, list):
            return value or []
        self._wrong(name, "a list", value)
        return []

    def _wrong(self, name: str, expected: str, value: Any) -> None:
        given = _NAMES.get(type(value), "a number")
        self.source.fail(f"has to be {expected}, not {given}", self.place(name))
