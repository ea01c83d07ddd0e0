"""A packager that makes films with drawn pictures: in this process, or as one of its own.

``python -m tests.integration.packager.film.packager SETTINGS`` runs until it is told to stop.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from services.packager.film.film_time import FilmTimes
from services.packager.film.films import Films
from services.packager.film.records import Slice
from services.packager.handler import PackagerHandler
from services.packager.storage.disk_cache import DiskCache
from shared.domain.events import ExportRequested
from shared.jetstream.connection import connect
from shared.jetstream.topology import packager_durable
from shared.settings import NatsSettings, RetrySettings, S3Settings
from shared.storage.bucket import open_storage
from shared.templates import BUILT
from shared.worker.circuit_breaker import CircuitBreaker
from shared.worker.contract import Consumer
from shared.worker.worker import Worker
from tests.integration.packager.film.drawn_studio import DrawnStudio
from tests.projects import BUILDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.packager.film.interfaces import FilmStudio
    from services.packager.film.records import GameKind
    from shared.domain.video.film_spec import FilmSpec

QUICK = RetrySettings(base_delay_ms=100)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything is, and what this packager does of it."""

    nats: NatsSettings
    s3: S3Settings
    folder: str  # of the drawn studio
    name: str = "one"
    directs: bool = True
    browsers: int = 2
    films: int = 2
    at_once: int = 2
    drain_timeout_s: float = 5.0
    times: FilmTimes = FilmTimes()


def by_key_frames(spec: FilmSpec, game: GameKind) -> tuple[Slice, ...]:
    """More slices than so short a film deserves: one from each key frame to the next."""
    assert game in {"engine", "html5"}
    step = round(spec.keyframe_s * spec.fps)
    firsts = range(0, spec.frames, step)
    pictures = [Slice(first=n, count=min(step, spec.frames - n)) for n in firsts]
    sound = [Slice(kind="sound", count=spec.frames)] if spec.sound else []
    return (*pictures, *sound)


@asynccontextmanager
async def packager(settings: Settings, studio: FilmStudio | None = None) -> AsyncIterator[None]:
    """Works within the block."""
    stop = asyncio.Event()
    folder = Path(settings.folder)
    nc = await connect(settings.nats, name="packager")
    try:
        async with open_storage(settings.s3) as storage, asyncio.TaskGroup() as group:
            cache = DiskCache(folder / f"cache-{settings.name}", 1 << 30)
            films = await Films.bind(
                nc,
                storage,
                cache,
                studio or DrawnStudio(folder, settings.name),
                tools={"studio": "drawn"},
                worker=settings.name,
                browsers=settings.browsers,
                drain_timeout_s=settings.drain_timeout_s,
                at_once=settings.at_once,
                times=settings.times,
                into=by_key_frames,
            )
            if settings.browsers:
                group.create_task(films.worker.run(stop))
            async with films.director.listening():
                if settings.directs:
                    handler = PackagerHandler(
                        storage, cache, BUILDS, BUILT, director=films.director
                    )
                    durable = packager_durable("video")
                    consumer = Consumer(
                        durable=durable,
                        event_type=ExportRequested,
                        stage="build",
                        retry=QUICK,
                        worker=settings.name,
                        concurrency=settings.films,
                        drain_timeout_s=settings.drain_timeout_s,
                    )
                    breaker = CircuitBreaker(durable, _nothing)
                    group.create_task(Worker(nc, consumer, handler, breaker).run(stop))
                yield
                stop.set()
    finally:
        await nc.close()


async def _nothing() -> None:
    """No server is away."""


async def _main(settings: Settings) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with packager(settings):
        print("ready", flush=True)  # noqa: T201 - whoever has started it waits for that
        await stop.wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_main(msgspec.json.decode(sys.argv[1], type=Settings)))
