"""When workers could not send log lines: what is killed then takes an export's last ones along."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from shared.jetstream.chatter import LINGER_S
from shared.jetstream.topology import LOGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINGER: Final = timedelta(seconds=LINGER_S)
STARTED: Final = "service.listening"
BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)
FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


class LateLines(msgspec.Struct, frozen=True):
    """From when to when some worker was behind with its lines, by its own log."""

    spans: tuple[tuple[datetime, datetime], ...]

    @classmethod
    def of(cls, logs: Path, *, clocks_jump: bool = False) -> LateLines:
        """By the logs of packagers and uploaders; where their clocks jump, nobody knows when."""
        files = [*logs.glob("packager-*.log"), *logs.glob("uploader-*.log")]
        spans = tuple(span for file in files for span in _spans(file))
        return cls(((BEFORE_ALL, FOR_EVER),) if spans and clocks_jump else spans)

    def at(self, ended: datetime) -> bool:
        """Whether an export's lines may have been on their way when it ended."""
        return any(begin <= ended and ended - LINGER <= end for begin, end in self.spans)


def _spans(file: Path) -> Iterator[tuple[datetime, datetime]]:
    """A worker that starts anew is not behind: what was late is lost."""
    since = None
    for at, event in _told(file):
        if event == "chatter.behind":
            since = since or at
        elif since:
            yield since, at
            since = None
    if since:
        yield since, FOR_EVER


def _told(file: Path) -> Iterator[tuple[datetime, str]]:
    for line in file.read_text().splitlines():
        if f'"stream": "{LOGS}"' in line or f'"event": "{STARTED}"' in line:
            record = json.loads(line)
            yield datetime.fromisoformat(record["timestamp"]), record["event"]
