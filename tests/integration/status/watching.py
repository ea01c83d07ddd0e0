"""A running status service, and what its watchers see."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
from litestar import Litestar

from cli.local.ports import free_ports
from services.status.document_news import DocumentNews
from services.status.projector import Projector
from services.status.websocket.access import AccessCheck
from services.status.websocket.endpoint import Sockets
from services.status.websocket.hub import Hub
from shared.domain.events import now
from shared.domain.export_document import Document
from shared.domain.export_view import Links
from shared.domain.progress import LogLine, Progress
from shared.domain.project import Project
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.service.process import listen, serve
from shared.stores.queue_position import QueuePositions
from shared.tokens import Ticket, Tokens
from tests.unit.sample_events import EXPORT, generation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client


TOKENS = Tokens("0123456789abcdef" * 4)
EVENTS = generation()
REQUESTED, STARTED, WAITING, _, PACKAGED = EVENTS[:5]
CANCELED, ENDED, FAILED, STOPPED = EVENTS[6:10]
COMPLETED = msgspec.structs.replace(ENDED, expires_at=now() + timedelta(days=1))


class Status:
    """A running status service and a user who watches."""

    def __init__(
        self, nc: Client, news: DocumentNews, session: aiohttp.ClientSession, url: str
    ) -> None:
        self.nc = nc
        self.news = news
        self.events = EventLog(nc.jetstream())
        self._session = session
        self.url = url
        self.stop = asyncio.Event()

    def ticket(self, *, lives_s: float = 60, **changes: Any) -> str:
        """A ticket for the export."""
        ticket = Ticket(use="watch", export_id=EXPORT, project_id="p", user_id="u")
        return TOKENS.ticket(msgspec.structs.replace(ticket, **changes), lives_s=lives_s)

    async def connect(
        self, query: str | None = None, *, export_id: str = EXPORT, **options: Any
    ) -> aiohttp.ClientWebSocketResponse:
        """A socket with a good ticket, or with that query."""
        query = f"ticket={self.ticket(export_id=export_id)}" if query is None else query
        url = f"{self.url}/export/{export_id}?{query}"
        socket: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(url, **options)
        return socket

    async def log(self, *messages: str) -> None:
        """Lines as a worker writes them."""
        for message in messages:
            line = LogLine(generation=1, level="info", message=message)
            await self.nc.jetstream().publish(f"logs.{EXPORT}", msgspec.json.encode(line))

    async def progress(self, percent: float, step: str = "Packing") -> None:
        """Progress as a worker tells it."""
        news = Progress(
            export_id=EXPORT, generation=1, status="building", percent=percent, step=step
        )
        await self.nc.jetstream().publish(f"progress.{EXPORT}", msgspec.json.encode(news))


async def next_of(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next message of a kind; others are passed over."""
    while True:
        frame = await socket.receive()
        assert frame.type is aiohttp.WSMsgType.TEXT, frame
        message: dict[str, Any] = json.loads(frame.data)
        if message["type"] == kind:
            return message


async def until_closed(socket: aiohttp.ClientWebSocketResponse) -> tuple[list[Any], int | None]:
    """Everything that still comes, and the close code."""
    messages = [json.loads(frame.data) async for frame in socket]
    return messages, socket.close_code


@asynccontextmanager
async def running(nc: Client, *, drain_timeout_s: float = 60.0) -> AsyncIterator[Status]:
    """The service on a free port."""
    js = nc.jetstream()
    exports = await KeyValueStore.bind(js, "exports", Document)
    links = Links(TOKENS, public_url="http://g", websocket_url="ws://s", ticket_ttl_s=60)
    queue = await QueuePositions.bind(nc)
    (port,) = free_ports(1)
    async with aiohttp.ClientSession() as session, DocumentNews(nc) as news:
        hub = Hub(nc, news, exports, queue, links)
        status = Status(nc, news, session, f"http://127.0.0.1:{port}")
        projects = await KeyValueStore.bind(js, "projects", Project)
        access = AccessCheck(TOKENS, projects, exports, status.events)
        sockets = Sockets(hub, access, status.stop, max_sockets=100, origins=frozenset())
        app = Litestar([sockets.route()], openapi_config=None, logging_config=None)
        async with asyncio.TaskGroup() as group:
            group.create_task((await Projector.bind(js)).run(status.stop))
            group.create_task(hub.run(status.stop))
            group.create_task(
                serve(
                    app,
                    listen(f"127.0.0.1:{port}"),
                    status.stop,
                    drain_timeout_s=drain_timeout_s,
                )
            )
            while True:
                try:
                    await (await session.get(status.url)).read()
                    break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.02)
            yield status
            status.stop.set()
