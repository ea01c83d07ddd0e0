"""Wiring of the gateway, nothing else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.gateway.app import create_app
from services.gateway.dependencies import assemble
from services.gateway.page.assembly import page_handlers
from services.gateway.settings import GatewaySettings
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.service.health import chatter_check, headroom_check, nats_check, storage_check
from shared.service.process import listen, main, serve, together
from shared.settings import origins
from shared.storage.bucket import open_storage
from shared.storage.ranged_reads import open_ranged_reads
from shared.tokens import Tokens

if TYPE_CHECKING:
    import asyncio
    from socket import socket


async def run(settings: GatewaySettings, listener: socket, stop: asyncio.Event) -> None:
    """Answer HTTP, play games, and work on replay jobs, until told to stop."""
    tokens = Tokens.of(settings.tokens)
    previews = listen(settings.preview.bind)
    nc = await connect(settings.nats, name="gateway")
    async with open_storage(settings.s3) as storage, open_ranged_reads(storage) as reads:
        deps = await assemble(nc, storage, reads, tokens, settings)
        server = partial(serve, drain_timeout_s=settings.drain_timeout_s, limits=settings.http)
        app = create_app(
            deps,
            checks={
                "nats": nats_check(nc, topology.EXPORTS),
                "storage": storage_check(storage),
                "headroom": headroom_check(deps.headroom),
                "chatter": chatter_check(lambda: deps.exports.chatter.away),
            },
            origins=sorted(origins(settings.cors_origins)),
            requests_per_second=settings.requests_per_second,
            page=page_handlers(settings, tokens),
        )
        await together(
            stop,
            deps.bulk_replays.run(stop),
            server(app, listener, stop),
            server(deps.play.preview, previews, stop),
        )
    await nc.close()


if __name__ == "__main__":
    main(run, GatewaySettings, service="gateway")
