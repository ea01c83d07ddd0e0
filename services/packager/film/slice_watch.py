"""How far the slices of one film are, as their workers write it down."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, Self

import msgspec
import nats.errors

from services.packager.film.records import SliceRecord
from shared.jetstream.topology import FILMS_BUCKET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from services.packager.film.film_store import FilmStore
    from services.packager.film.records import FilmPlan

LOOK_S: Final = 5.0  # between two looks at what is stored
_decode: Final = msgspec.json.Decoder(SliceRecord).decode


class SliceWatch:
    """The records of a film's slices, by their numbers; kept up to date within its block.

    What is heard may be lost, and may be a write that NATS has refused: :meth:`look` knows.
    """

    def __init__(self, nc: Client, store: FilmStore, plan: FilmPlan) -> None:
        self.records = [SliceRecord() for _ in plan.slices]
        self._nc = nc
        self._store = store
        self._plan = plan
        self._prefix = f"{FILMS_BUCKET.prefix}{plan.film.export_id}.{plan.film.generation}."
        self._news = asyncio.Event()
        self._look_at = 0.0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        """While the block lasts; what is stored has been read when it begins."""
        subscription = await self._nc.subscribe(f"{self._prefix}*", cb=self._on_written)
        try:
            await self.look()
            yield self
        finally:
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def wait(self, patience_s: float) -> None:
        """Wait for news, or for so long.

        Raises:
            FilmGoneError, NatsUnavailableError: As of :meth:`look`.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), patience_s)
        self._news.clear()
        if asyncio.get_running_loop().time() >= self._look_at:
            await self.look()

    async def look(self) -> None:
        """Read what is stored.

        Raises:
            FilmGoneError: The film is not made by this plan any more.
            NatsUnavailableError: It cannot be read.
        """
        await self._store.require(self._plan)
        self.records[:] = await self._store.slices(self._plan)
        self._look_at = asyncio.get_running_loop().time() + LOOK_S

    async def _on_written(self, message: Msg) -> None:
        number = message.subject.removeprefix(self._prefix)
        if message.data and number.isdecimal() and int(number) < len(self.records):
            with suppress(msgspec.MsgspecError):
                self.records[int(number)] = _decode(message.data)
                self._news.set()
