"""The last lines of one export's log, encoded once for all of its readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.status.websocket.send_buffer import Outgoing, outgoing
from shared.domain.websocket_messages import Log
from shared.jetstream.log_reader import MAX_LINES, StoredLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.domain.progress import LogLine


class RecentLines:
    """Lines by sequence, in the order of their coming, and those that no reader was sent yet."""

    def __init__(self, export_id: str) -> None:
        self._export_id = export_id
        self._lines: dict[int, StoredLine] = {}
        self._loaded = False
        self._early: list[StoredLine] = []  # live lines that came before the older ones were read
        self._unsent: list[Outgoing] = []

    @property
    def loaded(self) -> bool:
        """Whether the lines that were there before are known."""
        return self._loaded

    def load(self, lines: Iterable[StoredLine]) -> None:
        """Take in what the stream holds: first of all, or to find what has not come live (yet)."""
        self._loaded = True
        for line in (*lines, *self._early):
            self.add(line)
        self._early = []

    def add(self, line: StoredLine) -> None:
        """The next live line; one that is known is no news.

        A known or a lower sequence may be news: a nats-server that is killed gives the last ones
        out again.
        """
        if not self._loaded:
            self._early.append(line)
            return
        if self._lines.get(line.seq) == line:
            return
        self._lines[line.seq] = line
        if len(self._lines) > MAX_LINES:
            del self._lines[next(iter(self._lines))]
        self._unsent.append(self.encode(line))

    def take_unsent(self) -> list[Outgoing]:
        """The lines that came since this was last asked for."""
        unsent, self._unsent = self._unsent, []
        return unsent

    def after(self, seq: int) -> list[StoredLine]:
        """The lines with higher sequences, sorted."""
        return [line for _, line in sorted(self._lines.items()) if line.seq > seq]

    def newest(self, count: int) -> list[LogLine]:
        """The lines that came last."""
        return [stored.line for stored in list(self._lines.values())[-count:]]

    def encode(self, stored: StoredLine) -> Outgoing:
        """A line as it is sent."""
        line = stored.line
        message = Log(
            export_id=self._export_id,
            seq=stored.seq,
            ts=line.at,
            level=line.level,
            message=line.message,
        )
        return outgoing(message, seq=stored.seq)
