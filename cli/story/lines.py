"""Finds the log lines of one export in whatever holds them, and puts them in order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

IDS: Final = ("export_id", "trace_id")
STARTS: Final = frozenset({"export.accepted", "export.retried", "export.replayed"})


class StoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a service's log."""

    at: datetime
    keys: dict[str, Any]
    json: str  # as it was written

    @property
    def event(self) -> str:
        """Its dotted name."""
        return str(self.keys.get("event", ""))

    @property
    def generation(self) -> tuple[str, str]:
        """The generation that it is about, and of which export."""
        return str(self.keys.get("export_id")), str(self.keys.get("generation"))

    @property
    def service(self) -> str:
        """Who wrote it."""
        return str(self.keys.get("service", "?"))


def story(lines: Iterable[str], wanted: str) -> list[StoryLine]:
    """The lines of an export or a trace, by its id, in the order of their time.

    What starts a generation stands before the rest of it: the stream has it before the gateway
    says so. Lines of the same moment stay in the order in which they were read.
    """
    found = sorted(_of(lines, wanted), key=lambda line: line.at)
    began: dict[tuple[str, str], int] = {}
    for place, line in enumerate(found):
        began.setdefault(line.generation, place)
    places = {
        id(line): (began[line.generation], 0) if line.event in STARTS else (place, 1)
        for place, line in enumerate(found)
    }
    return sorted(found, key=lambda line: places[id(line)])


def _of(lines: Iterable[str], wanted: str) -> Iterator[StoryLine]:
    for text in lines:
        line = parse(text) if wanted in text else None
        if line is not None and wanted in [line.keys.get(name) for name in IDS]:
            yield line


def parse(text: str) -> StoryLine | None:
    """A line with whatever stands before it: the name of a pod, of a container, a time."""
    start = text.find("{")
    if start < 0:
        return None
    json = text[start:].strip()
    try:
        keys = msgspec.json.decode(json, type=dict[str, Any])
        at = msgspec.convert(keys.get("timestamp"), datetime)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return StoryLine(at=at, keys=keys, json=json) if at.tzinfo else None
