"""The packager process runs a worker per platform, health checks and a heartbeat."""

from __future__ import annotations

import os
import socket
from contextlib import AsyncExitStack, asynccontextmanager, closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from services.packager.film.equipment import PLATFORM as FILMS_PLATFORM
from services.packager.film.equipment import equipment
from services.packager.film.film_time import FilmTimes
from services.packager.film.films import Films
from services.packager.handler import PackagerHandler
from services.packager.inventory import InventoryWatch
from services.packager.processes.threads import in_thread
from services.packager.registry.npm_registry import open_registry
from services.packager.runtimes.registry import Templates
from services.packager.sandbox.build_server import BuildServer
from services.packager.settings import PackagerSettings
from services.packager.storage.disk_cache import DiskCache
from services.packager.storage.disk_space import DiskSpace
from shared.domain.events import ExportRequested, now
from shared.domain.loads import Shares
from shared.domain.room import Room
from shared.jetstream.chatter import ChatterOutbox
from shared.jetstream.connection import connect
from shared.jetstream.reuse_requests import ReuseRequests
from shared.jetstream.topology import EXPORTS, packager_durable
from shared.service.health import (
    chatter_check,
    drain_check,
    nats_check,
    servers_check,
    storage_check,
)
from shared.service.health_app import HealthApp
from shared.service.process import main, serve_while
from shared.storage.bucket import open_storage
from shared.stores.debug_keys import DebugKeys
from shared.stores.export_queue import LEISURE_S, ExportQueue
from shared.stores.worker_registry import WorkerHeartbeat
from shared.version import product_version
from shared.worker.circuit_breaker import CircuitBreaker
from shared.worker.contract import Consumer
from shared.worker.isolation import Isolation, Together
from shared.worker.registration import Heartbeat
from shared.worker.worker import Worker

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from nats.aio.client import Client

    from services.packager.film.equipment import Equipment
    from shared.storage.bucket import Storage


async def run(settings: PackagerSettings, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set, then drain."""
    wanted = settings.platform_names
    name = f"packager-{socket.gethostname()}-{os.getpid()}"
    nc = await connect(settings.nats, name="packager")
    try:
        async with AsyncExitStack() as stack:
            storage = await stack.enter_async_context(open_storage(settings.s3))
            templates = Templates(settings.templates.path)
            film = await in_thread(partial(equipment, settings, templates))
            platforms = tuple(each for each in wanted if each != FILMS_PLATFORM or film.studio)
            inventory = InventoryWatch(templates, settings.signing.keys, platforms)
            await inventory.refresh()
            server = stack.enter_context(closing(BuildServer(settings.sandbox.limits)))
            required = settings.sandbox.mode == "required"
            await in_thread(server.require if required else server.protections)
            await in_thread(server.require_for_programs)
            packages = await stack.enter_async_context(
                open_registry(settings.registry.url, settings.registry.token)
            )
            open_cache = partial(DiskCache, Path(settings.cache_dir), settings.cache_bytes)
            cache = await in_thread(open_cache)  # what dead processes left there is removed first
            films = await stack.enter_async_context(
                _films(settings, film, nc, storage, cache, worker=name)
            )
            handler = PackagerHandler(
                storage,
                cache,
                server,
                settings.templates.path,
                registry=packages,
                signing=settings.signing.keys,
                debug_keys=await DebugKeys.bind(nc.jetstream()),
                threads=settings.threads,
                earlier=ReuseRequests(nc),
                director=films.director if films else None,
            )
            servers = servers_check(nc, storage)
            breakers = {p: CircuitBreaker(packager_durable(p), servers) for p in platforms}
            isolation, outbox = Isolation(), ChatterOutbox()
            room = Room(Shares.of(settings.in_hand_bytes))
            workers = [
                Worker(
                    nc,
                    _consumer(settings, platform, name),
                    handler,
                    breaker,
                    # A director waits for hours, with nothing in hand: nobody waits for it.
                    Together() if platform == FILMS_PLATFORM else isolation,
                    room=Room() if platform == FILMS_PLATFORM else room,
                    queue=ExportQueue(nc, platform, leisure_s=LEISURE_S),
                    outbox=outbox,
                )
                for platform, breaker in breakers.items()
            ]
            checks = {
                "drain": drain_check(stop),
                "nats": nats_check(nc, EXPORTS, room=True),
                "storage": storage_check(storage),
                "chatter": chatter_check(lambda: outbox.behind),
                **{f"work-{platform}": breaker.ready for platform, breaker in breakers.items()},
            }
            sign = partial(
                WorkerHeartbeat,
                name=name,
                version=product_version(),
                platforms=platforms,
                started_at=now(),
            )
            heartbeat = Heartbeat(
                nc.jetstream(),
                lambda: sign(
                    templates=inventory.latest.templates,
                    signing_keys=inventory.latest.signing_keys,
                    lacks={FILMS_PLATFORM: film.lacks} if film.lacks else {},
                    shoots_films=films is not None,
                    chatter_behind=outbox.behind,
                    in_hand=tuple(chain(*(w.in_hand for w in workers))),
                    open_breakers={
                        packager_durable(platform): breaker.stopped_by
                        for platform, breaker in breakers.items()
                        if breaker.stopped_by
                    },
                ),
                stop,
            )
            async with heartbeat:
                await serve_while(
                    HealthApp(checks),
                    listener,
                    stop,
                    *(worker.run(stop) for worker in workers),
                    *([films.worker.run(stop)] if films else []),
                    inventory.run(stop),
                    DiskSpace(cache, size_bytes=settings.disk_bytes).run(stop),
                    limits=settings.http,
                )
    finally:
        await nc.close()


@asynccontextmanager
async def _films(
    settings: PackagerSettings,
    film: Equipment,
    nc: Client,
    storage: Storage,
    cache: DiskCache,
    *,
    worker: str,
) -> AsyncIterator[Films | None]:
    """What makes films, where this process has what it takes."""
    if film.studio is None:
        yield None
        return
    films = await Films.bind(
        nc,
        storage,
        cache,
        film.studio,
        tools=film.tools,
        worker=worker,
        browsers=settings.film.at_a_time,
        drain_timeout_s=settings.drain_timeout_s,
        at_once=settings.concurrency,
        times=FilmTimes(shot_s=settings.film.shot_s, film_s=settings.film.film_s),
    )
    async with films.director.listening():
        yield films


def _consumer(settings: PackagerSettings, platform: str, name: str) -> Consumer:
    is_film = platform == FILMS_PLATFORM
    return Consumer(
        durable=packager_durable(platform),
        event_type=ExportRequested,
        stage="build",
        retry=settings.film_retry if is_film else settings.retry,
        concurrency=settings.film.films if is_film else settings.concurrency,
        drain_timeout_s=settings.drain_timeout_s,
        worker=name,
    )


if __name__ == "__main__":
    main(run, PackagerSettings, service="packager")
