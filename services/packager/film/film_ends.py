"""Tells those who shoot a film that nobody wants it any more, within moments.

Its plan goes when it is finished, has failed, or is canceled while a director is at it. The end of
its export is heard by itself, too, as its director may be dead. Both come as plain messages, which
may be ahead of what is stored: so they only announce an end, and NATS is asked.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog

from services.packager.film.film_store import PLAN
from services.packager.film.records import FilmId
from shared.domain.events import ExportCanceled, ExportFailed, decode_event
from shared.errors import UnavailableError
from shared.jetstream.topology import FILMS_BUCKET, events_named

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from services.packager.film.film_store import FilmStore
    from shared.jetstream.event_log import EventLog

log = structlog.get_logger()

PLANS: Final = f"{FILMS_BUCKET.prefix}*.*.{PLAN}"
ENDS: Final = tuple(events_named(event.name) for event in (ExportCanceled, ExportFailed))
PATIENCE_S: Final = 10.0  # an announcement may arrive before the stream has it
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0


class Work:
    """What is done for a film; it is cancelled when the film is over."""

    def __init__(self, film: FilmId, task: asyncio.Task[object]) -> None:
        self.film = film
        self.over = False
        self._task = task

    def stop(self) -> None:
        """Nobody wants it any more."""
        if not self.over:
            self.over = True
            self._task.cancel()


class FilmEnds:
    """Stops the work that this process does for films that are over.

    Args:
        nc: A connection.
        events: Where cancels are.
        store: Where plans are.
        forget: Told of each film that may be over, whether it is worked on or not.
    """

    def __init__(
        self,
        nc: Client,
        events: EventLog,
        store: FilmStore,
        forget: Callable[[str, int], object] = lambda _export, _generation: None,
    ) -> None:
        self._nc = nc
        self._events = events
        self._store = store
        self._forget = forget
        self._works: set[Work] = set()
        self._checks: dict[FilmId, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """While the block lasts."""
        async with AsyncExitStack() as stack:
            heard = [(PLANS, self._on_plan), *((subject, self._on_end) for subject in ENDS)]
            for subject, hear in heard:
                subscription = await self._nc.subscribe(subject, cb=hear)
                stack.push_async_callback(_leave, subscription.unsubscribe)
            try:
                yield
            finally:
                for check in self._checks.values():
                    check.cancel()

    @contextmanager
    def watching(self, film: FilmId, task: asyncio.Task[object]) -> Iterator[Work]:
        """Cancel ``task`` when the film is over while the block lasts."""
        work = Work(film, task)
        self._works.add(work)
        try:
            yield work
        finally:
            self._works.discard(work)

    async def is_over(self, film: FilmId) -> bool:
        """Whether its export has ended, or its generation is not the newest any more.

        Raises:
            NatsUnavailableError: Nobody can tell.
        """
        return any(
            event.generation > film.generation
            or (event.terminal and event.generation == film.generation)
            for _, event in await self._events.of(film.export_id)
        )

    async def look(self, film: FilmId) -> None:
        """Stop what is done for a film whose plan is gone, however silently."""
        if await self._store.plan(film) is None:
            self._stop(film)

    async def _on_plan(self, message: Msg) -> None:
        if message.data:
            return  # it was made
        export_id, generation, _ = message.subject.removeprefix(FILMS_BUCKET.prefix).split(".")
        self._forget(export_id, int(generation))
        for film in {work.film for work in self._works}:
            if (film.export_id, str(film.generation)) == (export_id, generation):
                self._check(film)

    async def _on_end(self, message: Msg) -> None:
        with suppress(msgspec.MsgspecError):
            film = FilmId.of(decode_event(message.data))
            if any(work.film == film for work in self._works):
                self._check(film)

    def _check(self, film: FilmId) -> None:
        if film in self._checks:
            return
        check = asyncio.create_task(self._ask(film))
        self._checks[film] = check
        check.add_done_callback(lambda _: self._checks.pop(film, None))

    async def _ask(self, film: FilmId) -> None:
        """Ask until NATS says that the film is over, or long enough."""
        clock = asyncio.get_running_loop().time
        pause_s, deadline = FIRST_PAUSE_S, clock() + PATIENCE_S
        while any(work.film == film for work in self._works) and clock() < deadline:
            with suppress(UnavailableError):
                if await self._store.plan(film) is None or await self.is_over(film):
                    self._stop(film)
                    return
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _stop(self, film: FilmId) -> None:
        for work in self._works:
            if work.film == film:
                work.stop()


async def _leave(unsubscribe: Callable[[], object]) -> None:
    with suppress(nats.errors.Error):
        await unsubscribe()  # type: ignore[misc]
