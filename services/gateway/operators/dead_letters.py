"""The stream of dead letters: filtered, grouped, and with what became of their exports."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from services.gateway.operators.dead_letter_view import from_headers, grouped
from shared.errors import NotFoundError
from shared.jetstream.batch_get import MOST, read_newest, read_stored
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.topology import DEAD_LETTERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from nats.aio.client import Client

    from services.gateway.exports.exports import Exports
    from services.gateway.operators.dead_letter_view import (
        DeadLetter,
        DeadLetterFilter,
        DeadLetterGroup,
        Disposition,
    )
    from shared.domain.export_document import Document
    from shared.jetstream.batch_get import Stored

LOOKS_AT_ONCE: Final = 32


class DeadLetters:
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
        self, wanted: DeadLetterFilter, *, before_seq: int | None, limit: int
    ) -> tuple[list[DeadLetter], int | None]:
        """A page, newest first, and where the next one begins."""
        page: list[DeadLetter] = []
        while batch := await read_newest(self._nc, DEAD_LETTERS, before_seq=before_seq):
            for letter in map(from_headers, batch):
                if wanted.matches(letter):
                    page.append(letter)
                if len(page) > limit:
                    shown = page[:limit]
                    return await self.with_dispositions(shown), shown[-1].seq
            before_seq = batch[-1].seq
        return await self.with_dispositions(page), None

    async def oldest(
        self, wanted: DeadLetterFilter, *, after_seq: int = 0, until_seq: int | None = None
    ) -> AsyncIterator[DeadLetter]:
        """All that match, oldest first."""
        while batch := await read_stored(self._nc, DEAD_LETTERS, ">", after_seq=after_seq):
            for letter in map(from_headers, batch):
                if until_seq is not None and letter.seq > until_seq:
                    return
                if wanted.matches(letter):
                    yield letter
            if len(batch) < MOST:
                return
            after_seq = batch[-1].seq

    async def groups(self, wanted: DeadLetterFilter) -> list[DeadLetterGroup]:
        """Dead letters by consumer, reason and cause, the most frequent first."""
        letters = [letter async for letter in self.oldest(wanted)]
        return grouped(await self.with_dispositions(letters))

    async def with_dispositions(self, letters: Iterable[DeadLetter]) -> list[DeadLetter]:
        """The letters with what has become of their exports."""
        slots = asyncio.Semaphore(LOOKS_AT_ONCE)

        async def look(letter: DeadLetter) -> DeadLetter:
            if letter.export_id is None or letter.project_id is None:
                return letter
            try:
                async with slots:
                    document = await self._exports.get(letter.project_id, letter.export_id)
            except NotFoundError:
                return msgspec.structs.replace(letter, standing="gone")
            except msgspec.MsgspecError:  # of another release: the letters must still be seen
                return letter
            return msgspec.structs.replace(letter, standing=_disposition(letter, document))

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
            await self.get(seq)  # raises NotFoundError where somebody else was quicker
            raise NatsUnavailableError(f"letter {seq} is not dropped: {error!r}") from error


def _disposition(letter: DeadLetter, document: Document) -> Disposition:
    if document.generation <= (letter.generation or 0):
        ended_otherwise = document.state.status in {"completed", "canceled"}
        return "superseded" if ended_otherwise else "open"
    return "replayed" if document.replay_of == letter.seq else "superseded"
