"""The packager: one worker per platform, health, and a sign of life for the operators."""

from __future__ import annotations

import os
import socket
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from litestar import Litestar

from services.packager.handler import PackagerHandler
from services.packager.platforms import exporters
from services.packager.runtimes.registry import Templates
from services.packager.settings import PackagerSettings
from services.packager.storage.disk_cache import DiskCache
from shared.domain.events import ExportRequested, now
from shared.jetstream.connection import connect
from shared.jetstream.topology import EXPORTS, packager_durable
from shared.service.health import health_routes, nats_check, servers_check, storage_check
from shared.service.process import main, serve, together
from shared.storage.bucket import open_storage
from shared.stores.worker_registry import WorkerHeartbeat
from shared.worker.circuit_breaker import CircuitBreaker
from shared.worker.contract import Consumer
from shared.worker.isolation import Isolation
from shared.worker.registration import Heartbeat, product_version
from shared.worker.worker import Worker

if TYPE_CHECKING:
    import asyncio

    from shared.storage.bucket import Storage

log = structlog.get_logger()


async def run(settings: PackagerSettings, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set, then drain."""
    platforms = settings.platform_names
    name = f"packager-{socket.gethostname()}-{os.getpid()}"
    nc = await connect(settings.nats, name="packager")
    try:
        async with open_storage(settings.s3) as storage:
            handler = _handler(settings, storage, slots=settings.concurrency * len(platforms))
            servers = servers_check(nc, storage)
            breakers = {p: CircuitBreaker(packager_durable(p), servers) for p in platforms}
            isolation = Isolation()
            workers = [
                Worker(nc, _consumer(settings, platform, name), handler, breaker, isolation)
                for platform, breaker in breakers.items()
            ]
            checks = {
                "nats": nats_check(nc, EXPORTS, room=True),
                "storage": storage_check(storage),
                **{f"work-{platform}": breaker.ready for platform, breaker in breakers.items()},
            }
            app = Litestar(health_routes(checks), openapi_config=None, logging_config=None)
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
                    templates=handler.templates.versions(),
                    signing_keys=handler.signing.by_platform(platforms),
                    in_hand=tuple(chain(*(w.in_hand for w in workers))),
                ),
            )
            async with heartbeat:
                await together(
                    stop,
                    *(worker.run(stop) for worker in workers),
                    serve(app, listener, stop),
                )
    finally:
        await nc.close()


def _handler(settings: PackagerSettings, storage: Storage, *, slots: int) -> PackagerHandler:
    cache = DiskCache(Path(settings.cache_dir), settings.cache_bytes)
    templates = Templates(settings.templates.path)
    _, broken = templates.survey()
    for name, reason in broken.items():
        log.error("template.unusable", template=name, reason=reason)
    return PackagerHandler(
        storage,
        cache,
        exporters(),
        templates,
        signing=settings.signing.keys,
        threads=settings.threads,
        slots=slots,
    )


def _consumer(settings: PackagerSettings, platform: str, name: str) -> Consumer:
    return Consumer(
        durable=packager_durable(platform),
        event_type=ExportRequested,
        stage="build",
        retry=settings.retry,
        concurrency=settings.concurrency,
        drain_timeout_s=settings.drain_timeout_s,
        worker=name,
    )


if __name__ == "__main__":
    main(run, PackagerSettings, service="packager")
