"""Which exports have not ended, and how long each has been quiet.

Known from their documents: those that are written while this process runs, and those of before,
which are read once in the background, from a note of the last process on.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
import structlog

from services.status.recovery.reaper_policy import NO_WORKER_AFTER
from shared.domain.export_document import TERMINAL
from shared.jetstream.batch_get import read_from_leader
from shared.jetstream.topology import EXPORTS_BUCKET
from shared.stores.open_exports import OpenExportsNote

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from datetime import datetime

    from nats.aio.client import Client

    from services.status.document_news import DocumentNews
    from services.status.recovery.reaper_policy import ConsumerState
    from shared.jetstream.batch_get import Stored
    from shared.stores.open_exports import OpenExportsNotes

log = structlog.get_logger()

AT_ONCE: Final = 100  # documents that are read before it is asked whether to stop
NAMED: Final = 1_000  # exports that a note names, the oldest
# A note is kept back for so long: a server whose power is cut may lose its last two minutes, and
# give their sequences to other documents.
SETTLED_S: Final = 300.0


class _Status(msgspec.Struct, frozen=True):
    status: str


class _Outline(msgspec.Struct, frozen=True):
    """Of a document what must be known of each."""

    state: _Status


_decode: Final = msgspec.json.Decoder(_Outline).decode


class Queued(NamedTuple):
    """The message that an export waits for, and when it was last heard of by the server's clock."""

    durable: str
    seq: int
    last_moved: datetime

    def waits(self, consumer: ConsumerState) -> bool:
        """Whether it was not delivered yet, and has not waited for too long."""
        is_ahead = self.seq > consumer.delivered.stream_seq
        return is_ahead and consumer.ts - self.last_moved <= NO_WORKER_AFTER


@dataclass(slots=True)
class OpenExport:
    """An export that has not ended, and when it was last seen to move."""

    revision: int
    moved_at: float
    progress_seq: int = 0
    queued: Queued | None = None  # as it was examined last


class OpenExports:
    """All of them by key; one may be named that has ended, until somebody reads its document."""

    def __init__(
        self,
        nc: Client,
        news: DocumentNews,
        notes: OpenExportsNotes,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._nc = nc
        self._news = news
        self._notes = notes
        self._clock = clock
        self._open: dict[str, OpenExport] = {}
        self._begun_at: float | None = None
        self._read_until = 0
        self._last_before = news.seq  # behind it everything is heard
        self._held: tuple[float, OpenExportsNote] | None = None
        news.listen(self._take, on_renewed=self._begin_anew)

    def quiet(self, patience_s: float) -> list[tuple[str, OpenExport]]:
        """Those that were not seen to move for a while, by key."""
        before = self._clock() - patience_s
        return [(key, export) for key, export in self._open.items() if export.moved_at <= before]

    def forget(self, key: str) -> None:
        """It has ended, or is gone."""
        self._open.pop(key, None)

    async def catch_up(self, stop: asyncio.Event) -> None:
        """Read the documents of before, once: those that have been written since the note.

        Raises:
            NatsUnavailableError: NATS does not answer; it goes on from there the next time.
        """
        if self._caught_up():
            return
        if self._begun_at is None:
            await self._begin()
        while self._read_until < self._last_before and not stop.is_set():
            found = await read_from_leader(
                self._nc,
                EXPORTS_BUCKET.stream,
                EXPORTS_BUCKET.subjects,
                after_seq=self._read_until,
                limit=AT_ONCE,
            )
            for message in found:
                self._take(message)
            self._read_until = found[-1].seq if found else self._last_before
        if self._caught_up():
            seconds = round(self._clock() - (self._begun_at or 0.0), 3)
            log.info("exports.caught-up", open=len(self._open), seconds=seconds)

    async def write_note(self) -> None:
        """Every few minutes, tell the next process from where on it has to read.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        at = self._clock()
        if not self._caught_up() or (self._held and at - self._held[0] < SETTLED_S):
            return
        await self._news.check()  # what is held is void where the bucket has lost it
        held, self._held = self._held, (at, self._note())
        if held is not None:
            await self._notes.write(held[1])

    def _caught_up(self) -> bool:
        return self._begun_at is not None and self._read_until >= self._last_before

    async def _begin(self) -> None:
        note = await self._notes.read()
        if note is not None and note.life == self._news.life and note.seq <= self._last_before:
            self._read_until = note.seq
            for key in note.keys:
                self._open.setdefault(key, OpenExport(0, self._clock()))
        self._begun_at = self._clock()

    def _take(self, message: Stored) -> None:
        key = message.subject.removeprefix(EXPORTS_BUCKET.prefix)
        known = self._open.get(key)
        if known is not None and known.revision > message.seq:
            return  # it was written again, while those of before are read
        if _is_open(message.payload):
            self._open[key] = OpenExport(message.seq, self._clock())
        else:
            self.forget(key)

    def _begin_anew(self) -> None:
        """Revisions are given again: none that is known says which of two is newer."""
        self._held = None
        for export in self._open.values():
            export.revision = 0

    def _note(self) -> OpenExportsNote:
        """All that are open, or the oldest, and then only up to the next one."""
        oldest = heapq.nsmallest(NAMED + 1, self._open.items(), key=lambda named: named[1].revision)
        seq = oldest[NAMED][1].revision - 1 if len(oldest) > NAMED else self._news.seq
        keys = tuple(key for key, _ in oldest[:NAMED])
        return OpenExportsNote(life=self._news.life, seq=max(seq, 0), keys=keys)


def _is_open(payload: bytes) -> bool:
    """Whether it has not ended, as far as can be told; not where it was deleted.

    A later version may write what this one cannot read, and starts from this one's note.
    """
    try:
        return _decode(payload).state.status not in TERMINAL
    except msgspec.MsgspecError:
        return bool(payload)
