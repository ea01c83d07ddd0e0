"""Wiring of the gateway, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.acts import Acts
from services.gateway.app import create_app
from services.gateway.exports import Exports
from services.gateway.idempotency import Idempotency
from services.gateway.pace import Pace
from services.gateway.projects import Projects
from services.gateway.receiving import Receiver
from services.gateway.settings import GatewaySettings
from services.gateway.snapshots import Snapshots
from services.gateway.starts import Starts
from shared import logs, streams
from shared.health import nats_check, storage_check
from shared.nats_connection import connect
from shared.quota import Quota
from shared.records import Records
from shared.service import main, serve
from shared.settings import check_secret, load
from shared.state import Document
from shared.storage import open_storage
from shared.tokens import Tokens
from shared.view import Links
from shared.workers import Workers

if TYPE_CHECKING:
    import asyncio


async def run(stop: asyncio.Event) -> None:
    """Answer HTTP until told to stop."""
    settings = load(GatewaySettings)
    tokens = Tokens(check_secret(settings.jwt_secret))
    logs.configure(settings.logs, service="gateway")
    nc = await connect(settings.nats, name="gateway")
    js = nc.jetstream()
    async with open_storage(settings.s3) as storage:
        projects = await Projects.bind(js)
        links = Links(
            tokens,
            public_url=settings.public_url,
            websocket_url=settings.websocket_url,
            ticket_ttl_s=settings.ticket_ttl_s,
        )
        documents = await Records.bind(js, "exports", Document)
        asked = await Idempotency.bind(js)
        quota = await Quota.bind(js)
        starts = Starts(js, quota, default_plan=settings.default_plan)
        snapshots = Snapshots(storage, projects, settings.limits)
        exports = Exports(
            nc, documents, asked=asked, starts=starts, links=links, snapshots=snapshots
        )
        app = create_app(
            tokens=tokens,
            parts={
                "projects": projects,
                "snapshots": snapshots,
                "receiver": Receiver(storage, max_file_bytes=settings.limits.file_bytes),
                "exports": exports,
                "acts": Acts(
                    js, exports, snapshots=snapshots, storage=storage, asked=asked, starts=starts
                ),
                "pace": Pace(settings.requests_per_minute),
                "quota": quota,
                "starts": starts,
                "limits": settings.limits,
                "storage": storage,
                "tokens": tokens,
                "workers": await Workers.bind(js),
            },
            checks={"nats": nats_check(nc, streams.EXPORTS), "storage": storage_check(storage)},
            origins=[origin for origin in settings.cors_origins.split(",") if origin],
        )
        await serve(app, settings.bind, stop, drain_timeout_s=settings.drain_timeout_s)
    await nc.close()


if __name__ == "__main__":
    main(run)
