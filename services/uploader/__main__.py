"""Wiring of the uploader, nothing else."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from litestar import Litestar

from services.uploader.claims import Claims
from services.uploader.handler import UploaderHandler
from services.uploader.receipts import Receipts
from services.uploader.settings import UploaderSettings
from services.uploader.sweeper import Sweeper
from shared import logs, streams
from shared.breaker import Breaker
from shared.events import ExportPackaged, now
from shared.health import health_routes, nats_check, servers_check, storage_check
from shared.heartbeat import Heartbeat, product_version
from shared.nats_connection import connect
from shared.service import main, serve, together
from shared.settings import load
from shared.storage import open_storage
from shared.worker import Consumer, Worker
from shared.workers import WorkerSign

if TYPE_CHECKING:
    import asyncio


async def run(stop: asyncio.Event) -> None:
    """Commit artifacts and sweep until told to stop."""
    settings = load(UploaderSettings)
    logs.configure(settings.logs, service="uploader")
    nc = await connect(settings.nats, name="uploader")
    async with open_storage(settings.s3) as storage:
        js = nc.jetstream()
        handler = UploaderHandler(
            storage, await Claims.bind(js), ttl=timedelta(days=settings.artifact_ttl_days)
        )
        consumer = Consumer(
            durable=streams.UPLOADER,
            event_type=ExportPackaged,
            stage="upload",
            retry=settings.retry,
            concurrency=settings.concurrency,
            drain_timeout_s=settings.drain_timeout_s,
            worker=f"uploader-{socket.gethostname()}-{os.getpid()}",
        )
        sweeper = await Sweeper.bind(
            js,
            storage,
            grace=timedelta(seconds=settings.sweep_grace_s),
            history=timedelta(days=settings.history_days),
        )
        breaker = Breaker(streams.UPLOADER, servers_check(nc, storage))
        checks = {
            "nats": nats_check(nc, streams.EXPORTS, room=True),
            "storage": storage_check(storage),
            "work": breaker.ready,
        }
        app = Litestar(
            health_routes(checks),
            openapi_config=None,
            logging_config=None,
        )
        worker = Worker(nc, consumer, handler, breaker)
        sign = partial(
            WorkerSign,
            name=consumer.worker,
            version=product_version(),
            platforms=(),
            started_at=now(),
        )
        await together(
            stop,
            worker.run(stop),
            Heartbeat(js, lambda: sign(in_hand=worker.in_hand)).run(stop),
            Receipts(js, storage).run(stop),
            sweeper.run(stop, interval_s=settings.sweep_interval_s),
            serve(app, settings.bind, stop),
        )
    await nc.close()


if __name__ == "__main__":
    main(run)
