"""What a slice tells while it is shot: its frames, for its director, and pictures for people."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import nats.errors

from services.packager.film.slice_record import advanced
from services.packager.film.studio.shot import FramesDone, PreviewTaken
from shared.domain.preview import Preview, encode_preview
from shared.errors import UnavailableError
from shared.jetstream.topology import preview_subject

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client

    from services.packager.film.film_ends import FilmEnds
    from services.packager.film.film_store import FilmStore
    from services.packager.film.records import FilmPlan
    from services.packager.film.studio.shot import Told

COUNT_S: Final = 0.5  # between two counts
PREVIEW_S: Final = 2.0  # between two pictures of one slice
BEAT_COUNTS: Final = 4  # counts between two signs of life, where no frame is shot
BEAT_S: Final = BEAT_COUNTS * COUNT_S
LOOK_COUNTS: Final = 10  # counts between two looks at whether the film is still wanted
MOST_FPS: Final = 10_000.0


class SliceNews:
    """Takes what the studio tells, and passes it on a few times a second."""

    def __init__(
        self,
        nc: Client,
        store: FilmStore,
        ends: FilmEnds,
        *,
        plan: FilmPlan,
        number: int,
        worker: str,
    ) -> None:
        self.done, self.fps = 0, 0.0
        self._nc = nc
        self._store = store
        self._ends = ends
        self._plan = plan
        self._number = number
        self._worker = worker
        self._preview: PreviewTaken | None = None
        self._preview_at = 0.0

    def told(self, told: Told) -> None:
        """The studio tells something."""
        match told:
            case FramesDone():
                count = self._plan.slices[self._number].count
                self.done, self.fps = min(told.done, count), min(told.fps, MOST_FPS)
            case PreviewTaken():
                self._preview = told
            case _:
                pass  # notes come with what was taken

    @asynccontextmanager
    async def passed_on(self) -> AsyncIterator[None]:
        """Until the block ends."""
        telling = asyncio.create_task(self._tell())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _tell(self) -> None:
        known, count = 0, 0
        while True:
            await asyncio.sleep(COUNT_S)
            with suppress(UnavailableError, nats.errors.Error):
                await self._show()
                if self.done != known or count % BEAT_COUNTS == 0:
                    known = self.done
                    decide = partial(advanced, worker=self._worker, frames=known, fps=self.fps)
                    await self._store.change(self._plan.film, self._number, decide)
                if count % LOOK_COUNTS == 0:  # at once, too: it may have ended as it was begun
                    await self._ends.look(self._plan.film)
            count += 1

    async def _show(self) -> None:
        """The newest picture, where the one before it was shown long enough ago."""
        clock, taken = asyncio.get_running_loop().time(), self._preview
        if taken is None or clock < self._preview_at:
            return
        self._preview, self._preview_at = None, clock + PREVIEW_S
        film = self._plan.film
        preview = Preview(
            export_id=film.export_id,
            generation=film.generation,
            frame=min(taken.frame, self._plan.spec.frames - 1),
            frames=self._plan.spec.frames,
            fps=self.fps,
            data=taken.jpeg,
        )
        await self._nc.publish(preview_subject(film.export_id), encode_preview(preview))
