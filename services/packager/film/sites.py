"""The sites that this process films: each is fetched and unpacked once, for all of its slices."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from services.packager.film.site_archive import unpack
from services.packager.processes.threads import entered_in_thread, in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from services.packager.film.film_store import FilmStore
    from services.packager.film.records import FilmId, FilmPlan
    from services.packager.storage.disk_cache import DiskCache

ARCHIVE: Final = "site.zip"
FOLDER: Final = "site"


MOST_KEPT: Final = 4  # sites: films take turns, slice by slice


class _Site:
    """One site: its folder, once it is there, and how many use it."""

    def __init__(self) -> None:
        self.stack = AsyncExitStack()
        self.folder: Path | None = None
        self.users = 0
        self.is_over = False
        self.opening = asyncio.Lock()


class Sites:
    """Keeps a site while it is used, and until its film is over or others have come after it."""

    def __init__(self, store: FilmStore, cache: DiskCache) -> None:
        self._store = store
        self._cache = cache
        self._sites: dict[FilmId, _Site] = {}  # the one that was used last at the end
        self._closing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def of(self, plan: FilmPlan) -> AsyncIterator[Path]:
        """The folder of a film's site, until the block ends.

        Raises:
            FilmError: It cannot be unpacked.
            UnavailableError: It cannot be fetched, or the disk is full.
        """
        site = self._sites.pop(plan.film) if plan.film in self._sites else _Site()
        self._sites[plan.film] = site
        site.users += 1
        try:
            for film in [*self._sites][:-MOST_KEPT]:
                self._drop(film)
            async with site.opening:
                if site.folder is None:
                    site.folder = await self._open(plan, site.stack)
            yield site.folder
        finally:
            site.users -= 1
            if site.is_over or site.folder is None:
                self._drop(plan.film)

    def forget(self, export_id: str, generation: int) -> None:
        """Remove the site of a film that is over, as soon as nobody uses it any more."""
        for film, site in [*self._sites.items()]:
            if (film.export_id, film.generation) == (export_id, generation):
                site.is_over = True
                self._drop(film)

    async def close(self) -> None:
        """Remove all of them; nobody uses one any more."""
        for film in [*self._sites]:
            self._drop(film)
        await asyncio.gather(*self._closing)

    def _drop(self, film: FilmId) -> None:
        if self._sites[film].users:
            return
        closing = asyncio.create_task(self._sites.pop(film).stack.aclose())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _open(self, plan: FilmPlan, stack: AsyncExitStack) -> Path:
        scratch = await stack.enter_async_context(entered_in_thread(self._cache.scratch()))
        archive, folder = scratch / ARCHIVE, scratch / FOLDER
        await in_thread(partial(scratch.chmod, 0o755))
        await in_thread(folder.mkdir)
        await self._store.fetch(plan.site, archive)
        await in_thread(partial(unpack, archive, folder))
        await in_thread(archive.unlink)
        return folder
