"""Dead letters as operators read them: filtered, grouped, and with what became of their exports."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from shared.errors import NotFoundError
from shared.jetstream.batch_get import MOST, read_newest, read_stored
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.topology import DEAD_LETTERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from nats.aio.client import Client

    from services.gateway.exports.exports import Exports
    from shared.domain.export_document import Document
    from shared.jetstream.batch_get import Stored

Standing = Literal["open", "replayed", "superseded", "gone"]
LOOKS_AT_ONCE: Final = 32


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which letters; what is not given does not matter."""

    consumer: str | None = None
    reason: str | None = None
    cause: str | None = None
    platform: str | None = None

    def matches(self, letter: Letter) -> bool:
        """Whether the letter is one of these."""
        return all(
            wanted is None or getattr(letter, name) == wanted
            for name, wanted in msgspec.structs.asdict(self).items()
        )


class Letter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One letter without its payload; ``export_id`` is None where the message named none."""

    seq: int
    at: datetime
    consumer: str
    reason: str
    cause: str
    error: str
    platform: str | None
    export_id: str | None
    project_id: str | None
    generation: int | None
    attempts: int
    deliveries: int
    worker: str
    first_at: str
    last_at: str
    standing: Standing = "open"

    @property
    def death(self) -> tuple[str, str, str]:
        """What letters are grouped by."""
        return self.consumer, self.reason, self.cause


class Group(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Letters that have died alike."""

    consumer: str
    reason: str
    cause: str
    count: int
    open: int
    platforms: dict[str, int]
    first_at: datetime
    last_at: datetime
    newest_seq: int
    error: str  # of the newest


class Letters:
    """The stream ``DEAD_LETTERS``."""

    def __init__(self, nc: Client, exports: Exports) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._exports = exports

    async def get(self, seq: int) -> Stored:
        """One letter as it lies in the stream.

        Raises:
            NotFoundError: There is none (any more).
        """
        found = await read_stored(self._nc, DEAD_LETTERS, ">", after_seq=seq - 1, limit=1)
        if not found or found[0].seq != seq:
            raise NotFoundError(f"no dead letter {seq}")
        return found[0]

    async def newest(
        self, wanted: Filter, *, before_seq: int | None, limit: int
    ) -> tuple[list[Letter], int | None]:
        """A page, newest first, and where the next one begins."""
        page: list[Letter] = []
        while batch := await read_newest(self._nc, DEAD_LETTERS, before_seq=before_seq):
            for letter in map(told, batch):
                if wanted.matches(letter):
                    page.append(letter)
                if len(page) > limit:
                    shown = page[:limit]
                    return await self.standing(shown), shown[-1].seq
            before_seq = batch[-1].seq
        return await self.standing(page), None

    async def oldest(
        self, wanted: Filter, *, after_seq: int = 0, until_seq: int | None = None
    ) -> AsyncIterator[Letter]:
        """All that match, oldest first."""
        while batch := await read_stored(self._nc, DEAD_LETTERS, ">", after_seq=after_seq):
            for letter in map(told, batch):
                if until_seq is not None and letter.seq > until_seq:
                    return
                if wanted.matches(letter):
                    yield letter
            if len(batch) < MOST:
                return
            after_seq = batch[-1].seq

    async def groups(self, wanted: Filter) -> list[Group]:
        """Letters by consumer, reason and cause, the most frequent first."""
        by_cause: dict[tuple[str, str, str], list[Letter]] = {}
        for letter in await self.standing([letter async for letter in self.oldest(wanted)]):
            by_cause.setdefault(letter.death, []).append(letter)
        return sorted(map(_group, by_cause.values()), key=lambda group: -group.count)

    async def standing(self, letters: Iterable[Letter]) -> list[Letter]:
        """The letters with what has become of their exports."""
        slots = asyncio.Semaphore(LOOKS_AT_ONCE)

        async def look(letter: Letter) -> Letter:
            if letter.export_id is None or letter.project_id is None:
                return letter
            try:
                async with slots:
                    document = await self._exports.get(letter.project_id, letter.export_id)
            except NotFoundError:
                return msgspec.structs.replace(letter, standing="gone")
            except msgspec.MsgspecError:  # of another release: the letters must still be seen
                return letter
            return msgspec.structs.replace(letter, standing=_standing(letter, document))

        return await asyncio.gather(*map(look, letters))

    async def last_seq(self) -> int:
        """The newest letter's sequence."""
        try:
            return (await self._js.stream_info(DEAD_LETTERS)).state.last_seq
        except AWAY as error:
            raise NatsUnavailableError(f"{DEAD_LETTERS} cannot be read: {error!r}") from error

    async def drop(self, seq: int) -> None:
        """Remove a letter for good; the export stays as it is.

        Raises:
            NotFoundError: There is none (any more).
        """
        await self.get(seq)
        try:
            await self._js.delete_msg(DEAD_LETTERS, seq)
        except AWAY as error:
            raise NatsUnavailableError(f"letter {seq} is not dropped: {error!r}") from error


def told(message: Stored) -> Letter:
    """What the subject and the headers tell."""
    headers = message.headers
    consumer, export_id = message.subject.split(".")[1:3]
    named = _named(message) if export_id != "unknown" else None
    subject = headers.get("Aethel-Subject", "").split(".")
    return Letter(
        seq=message.seq,
        at=message.at,
        consumer=consumer,
        reason=headers.get("Aethel-Reason", ""),
        cause=headers.get("Aethel-Cause", ""),
        error=headers.get("Aethel-Error", ""),
        platform=subject[2] if len(subject) > 2 else None,  # noqa: PLR2004 - exports.<event>.<platform>
        export_id=export_id if named else None,
        project_id=named.project_id if named else None,
        generation=named.generation if named else None,
        attempts=_number(headers, "Aethel-Attempts"),
        deliveries=_number(headers, "Aethel-Deliveries"),
        worker=headers.get("Aethel-Worker", ""),
        first_at=headers.get("Aethel-First-At", ""),
        last_at=headers.get("Aethel-Last-At", ""),
    )


class _Named(msgspec.Struct):
    """What names the export, in the payload."""

    project_id: str
    generation: int = 1


def _named(message: Stored) -> _Named | None:
    """By the headers that we write, or by the payload of somebody else's message."""
    headers = message.headers
    if "Aethel-Project-Id" in headers:
        return _Named(headers["Aethel-Project-Id"], _number(headers, "Aethel-Generation") or 1)
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(message.payload, type=_Named)
    return None


def _number(headers: dict[str, Any], name: str) -> int:
    text = headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _standing(letter: Letter, document: Document) -> Standing:
    if document.generation <= (letter.generation or 0):
        ended_otherwise = document.state.status in {"completed", "canceled"}
        return "superseded" if ended_otherwise else "open"
    return "replayed" if document.replay_of == letter.seq else "superseded"


def _group(letters: list[Letter]) -> Group:
    first, newest = letters[0], letters[-1]
    return Group(
        consumer=first.consumer,
        reason=first.reason,
        cause=first.cause,
        count=len(letters),
        open=sum(letter.standing == "open" for letter in letters),
        platforms=dict(Counter(letter.platform or "unknown" for letter in letters)),
        first_at=first.at,
        last_at=newest.at,
        newest_seq=newest.seq,
        error=newest.error,
    )
