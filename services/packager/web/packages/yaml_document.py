"""YAML of lock files is read as nested mappings, lists and texts: no types, no aliases, no tags.

What is built grows with the text alone: libyaml's events become values without recursion, and
whatever no package manager writes ends the reading.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

from services.packager.project.unreadable import UnreadableError

MAX_DEPTH: Final = 16  # lock files have six
MAX_VALUES: Final = 1_000_000  # of a lock of ten thousand packages: a quarter

Mapping = dict[str, Any]


def read_yaml(data: bytes) -> Mapping:
    """The mapping that the document is.

    Raises:
        UnreadableError: It is none, or holds what no lock file holds.
    """
    reader = _Reader()
    try:
        for event in yaml.parse(data, Loader=yaml.CSafeLoader):
            reader.take(event)
    except yaml.YAMLError as error:
        raise UnreadableError(f"is no YAML: {_placed(error)}") from None
    if not isinstance(reader.document, dict):
        raise UnreadableError("holds no mapping")
    return reader.document


class _Reader:
    """Builds one document."""

    def __init__(self) -> None:
        self.document: Any = None
        self._open: list[Any] = []  # mappings and lists that have not ended
        self._keys: list[str | None] = []  # that wait for their value, one for each of these
        self._count = 0

    def take(self, event: Any) -> None:
        """The next event."""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UnreadableError(f"has an anchor or an alias {_line(event)}")
        if isinstance(event, yaml.DocumentStartEvent) and self.document is not None:
            raise UnreadableError(f"has a second document {_line(event)}")
        if isinstance(event, yaml.ScalarEvent):
            self._put(event.value, event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin({}, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin([], event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
            self._keys.pop()

    def _begin(self, value: Any, event: Any) -> None:
        self._put(value, event)
        self._open.append(value)
        self._keys.append(None)
        if len(self._open) > MAX_DEPTH:
            raise UnreadableError(f"is nested deeper than {MAX_DEPTH} levels {_line(event)}")

    def _put(self, value: Any, event: Any) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise UnreadableError(f"holds more than {MAX_VALUES:,} values")
        if not self._open:
            self.document = value
        elif isinstance(self._open[-1], list):
            self._open[-1].append(value)
        elif self._keys[-1] is not None:
            self._open[-1][self._keys[-1]] = value
            self._keys[-1] = None
        elif isinstance(value, str):
            self._keys[-1] = value
        else:
            raise UnreadableError(f"has a key that is no text {_line(event)}")


def _line(event: Any) -> str:
    return f"in line {event.start_mark.line + 1}"


def _placed(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be read"
    return f"{problem} in line {mark.line + 1}" if mark else str(problem)
