"""What a process needs to make films: a director, and a worker that shoots anybody's slices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.packager.film.director import Director
from services.packager.film.film_ends import FilmEnds
from services.packager.film.film_store import FilmStore
from services.packager.film.sites import Sites
from services.packager.film.slice_queue import SliceQueue
from services.packager.film.slice_shooter import SliceShooter
from services.packager.film.slice_turns import SliceTurns
from services.packager.film.slice_worker import SliceWorker
from services.packager.film.slices import cut
from shared.jetstream.event_log import EventLog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nats.aio.client import Client

    from services.packager.film.film_time import FilmTimes
    from services.packager.film.interfaces import Cutter, FilmStudio
    from services.packager.storage.disk_cache import DiskCache
    from shared.storage.bucket import Storage


class Films(NamedTuple):
    """Both belong together: what one of a process directs, any process shoots."""

    director: Director
    worker: SliceWorker

    @classmethod
    async def bind(
        cls,
        nc: Client,
        storage: Storage,
        cache: DiskCache,
        studio: FilmStudio,
        *,
        tools: Mapping[str, str],
        worker: str,
        browsers: int,
        drain_timeout_s: float,
        at_once: int,
        times: FilmTimes,
        into: Cutter = cut,
    ) -> Films:
        """Bind to the bucket.

        Args:
            nc: A connection.
            storage: The bucket of the packager.
            cache: Where files lie while they are used.
            studio: Shoots and finishes.
            tools: The versions of all that shapes a film beside its site.
            worker: The process's name, unique.
            browsers: At a time.
            drain_timeout_s: How long slices in hand may go on after the stop.
            at_once: Films whose site is built, or which are made one file, at a time.
            times: What films may take.
            into: Cuts films into slices.
        """
        js = nc.jetstream()
        store = await FilmStore.bind(js, storage)
        sites = Sites(store, cache)
        ends = FilmEnds(nc, EventLog(js), store, forget=sites.forget)
        return cls(
            Director(
                nc, store, studio, cache, tools=tools, at_once=at_once, times=times, into=into
            ),
            SliceWorker(
                nc,
                SliceShooter(
                    nc,
                    store,
                    studio,
                    sites=sites,
                    ends=ends,
                    cache=cache,
                    times=times,
                    worker=worker,
                ),
                turns=SliceTurns(SliceQueue(js), store),
                sites=sites,
                ends=ends,
                browsers=browsers,
                drain_timeout_s=drain_timeout_s,
            ),
        )
