"""Wiring of the status service, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import Litestar

from services.status.document_news import DocumentNews
from services.status.measuring.stream_watch import StreamWatch
from services.status.projector import Projector
from services.status.recovery.max_deliveries import MaxDeliveriesHandler
from services.status.recovery.open_exports import OpenExports
from services.status.recovery.reaper import Reaper
from services.status.settings import StatusSettings
from services.status.websocket.access import AccessCheck
from services.status.websocket.endpoint import Sockets
from services.status.websocket.hub import Hub
from services.status.websocket.places import SocketPlaces
from shared.domain.export_view import Links
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.jetstream.event_log import EventLog
from shared.service.health import nats_check
from shared.service.health_routes import health_routes
from shared.service.process import main, serve, together
from shared.stores.exports import bind_exports
from shared.stores.open_exports import OpenExportsNotes
from shared.stores.projects import bind_projects
from shared.stores.queue_position import QueuePositions
from shared.tokens import Tokens

if TYPE_CHECKING:
    import asyncio
    from socket import socket


async def run(settings: StatusSettings, listener: socket, stop: asyncio.Event) -> None:
    """Fold events and serve sockets until told to stop."""
    tokens = Tokens.of(settings.tokens)
    nc = await connect(settings.nats, name="status")
    js = nc.jetstream()
    exports = await bind_exports(js)
    links = Links(
        tokens,
        public_url=settings.public_url,
        websocket_url=settings.websocket_url,
        ticket_ttl_s=settings.ticket_ttl_s,
    )
    queue = await QueuePositions.bind(nc)
    async with DocumentNews(nc) as news:
        hub = Hub(nc, news, exports, queue, links)
        sockets = Sockets(
            hub,
            AccessCheck(tokens, await bind_projects(js), exports, EventLog(js)),
            stop,
            max_sockets=settings.max_sockets,
            places=SocketPlaces(
                per_user=settings.max_sockets_per_user, per_export=settings.max_sockets_per_export
            ),
            origins=settings.watching_origins,
        )
        max_deliveries = MaxDeliveriesHandler(js)
        reaper = Reaper(
            nc,
            OpenExports(nc, news, await OpenExportsNotes.bind(js)),
            exports,
            max_deliveries,
            attempt_s=settings.retry.processing_timeout_ms / 1_000,
            patience_s=settings.reaper_patience_ms / 1_000,
        )
        app = Litestar(
            [sockets.route(), *health_routes({"nats": nats_check(nc, topology.EXPORTS)})],
            openapi_config=None,
            logging_config=None,
        )
        await together(
            stop,
            (await Projector.bind(js)).run(stop),
            max_deliveries.run(stop),
            reaper.run(stop, interval_s=settings.reaper_interval_ms / 1_000),
            (await StreamWatch.bind(js, interval_s=settings.look_interval_s)).run(stop),
            hub.run(stop),
            serve(
                app,
                listener,
                stop,
                drain_timeout_s=settings.drain_timeout_s,
                limits=settings.http,
            ),
        )
    await nc.close()


if __name__ == "__main__":
    main(run, StatusSettings, service="status")
