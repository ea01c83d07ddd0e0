from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, cast

import aiohttp
import pytest
from litestar import Litestar

from cli.local.ports import free_ports
from services.status.websocket.access import AccessCheck
from services.status.websocket.endpoint import Sockets
from shared.domain.export_document import Document
from shared.domain.project import Project
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.service.process import listen, serve
from shared.tokens import Tokens
from tests.unit.sample_events import EXPORT

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.status.websocket.hub import Hub

EDITOR, ELSEWHERE, PROGRAM = "https://editor.example", "https://else.example", None
WATCHES, REFUSED = "unauthorized", "forbidden"  # with a bad ticket, the first one got past the door


@pytest.mark.parametrize(
    ("listed", "origin", "expected"),
    [
        ({EDITOR}, EDITOR, WATCHES),
        ({EDITOR}, ELSEWHERE, REFUSED),
        ({EDITOR}, PROGRAM, WATCHES),
        ({"*"}, ELSEWHERE, WATCHES),
        (set(), ELSEWHERE, WATCHES),
    ],
)
async def test_pages_of_listed_origins_may_watch(
    js: JetStreamContext, listed: set[str], origin: str | None, expected: str
) -> None:
    """``*``, and an empty list, let every page; programs name no origin and are always let."""
    projects = await KeyValueStore.bind(js, "projects", Project)
    exports = await KeyValueStore.bind(js, "exports", Document)
    access, stop = AccessCheck(Tokens("x" * 32), projects, exports, EventLog(js)), asyncio.Event()
    sockets = Sockets(cast("Hub", None), access, stop, max_sockets=10, origins=frozenset(listed))
    app = Litestar([sockets.route()], openapi_config=None, logging_config=None)
    (port,) = free_ports(1)
    server = asyncio.create_task(serve(app, listen(f"127.0.0.1:{port}"), stop))
    url = f"http://127.0.0.1:{port}/export/{EXPORT}?ticket=bad"
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                socket = await session.ws_connect(url, origin=origin)
                break
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)
        async with socket:
            assert json.loads((await socket.receive()).data)["code"] == expected
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    stop.set()
    await server
