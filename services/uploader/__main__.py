"""Wiring of the uploader, nothing else."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from services.uploader.artifact_claims import ArtifactClaims
from services.uploader.cancel_acknowledger import CancelAcknowledger
from services.uploader.gc.sweeper import Sweeper
from services.uploader.handler import UploaderHandler
from services.uploader.reuse_responder import ReuseResponder
from services.uploader.settings import UploaderSettings
from shared.domain.events import ExportPackaged, now
from shared.jetstream import topology
from shared.jetstream.chatter import ChatterOutbox
from shared.jetstream.connection import connect
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
from shared.stores.build_results import BuildResults
from shared.stores.worker_registry import WorkerHeartbeat
from shared.version import product_version
from shared.worker.circuit_breaker import CircuitBreaker
from shared.worker.contract import Consumer
from shared.worker.registration import Heartbeat
from shared.worker.worker import Worker

if TYPE_CHECKING:
    import asyncio


async def run(settings: UploaderSettings, listener: socket.socket, stop: asyncio.Event) -> None:
    """Commit artifacts and sweep until told to stop."""
    nc = await connect(settings.nats, name="uploader")
    async with open_storage(settings.s3) as storage:
        js = nc.jetstream()
        claims, results = await ArtifactClaims.bind(js), await BuildResults.bind(js)
        ttl = timedelta(days=settings.artifact_ttl_days)
        handler = UploaderHandler(storage, claims, results, ttl=ttl)
        consumer = Consumer(
            durable=topology.UPLOADER,
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
            grace=timedelta(seconds=settings.sweep.grace_s),
            history=timedelta(days=settings.sweep.history_days),
        )
        breaker = CircuitBreaker(topology.UPLOADER, servers_check(nc, storage))
        outbox = ChatterOutbox()
        checks = {
            "drain": drain_check(stop),
            "nats": nats_check(nc, topology.EXPORTS, room=True),
            "storage": storage_check(storage),
            "work": breaker.ready,
            "chatter": chatter_check(lambda: outbox.behind),
        }
        worker = Worker(nc, consumer, handler, breaker, outbox=outbox)
        heartbeat = partial(
            WorkerHeartbeat,
            name=consumer.worker,
            version=product_version(),
            platforms=(),
            started_at=now(),
        )

        def heartbeat_now() -> WorkerHeartbeat:
            cause = breaker.stopped_by
            breakers = {topology.UPLOADER: cause} if cause else {}
            return heartbeat(
                in_hand=worker.in_hand, open_breakers=breakers, chatter_behind=outbox.behind
            )

        async with Heartbeat(js, heartbeat_now, stop):
            await serve_while(
                HealthApp(checks),
                listener,
                stop,
                worker.run(stop),
                ReuseResponder(nc, storage, claims, results, ttl=ttl, outbox=outbox).run(stop),
                CancelAcknowledger(js, storage).run(stop),
                sweeper.run(stop, interval_s=settings.sweep_interval_s),
                limits=settings.http,
            )
    await nc.close()


if __name__ == "__main__":
    main(run, UploaderSettings, service="uploader")
