"""Where no gateway is: whatever answers there is told, and never taken for a result."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from cli.api_client import connect
from cli.blocking_client import BlockingClient
from cli.exit_codes import CommandError
from cli.local.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

PATH = "/api/projects/game"
MOVED = r"leads to https://games\.test/export: set AETHEL_EXPORT_URL to that$"
OTHER = {
    "ingress": (308, {"Location": f"https://games.test/export{PATH}?page_size=1"}, b"", 2, MOVED),
    "sign-in": (302, {"Location": "/login?to=x"}, b"", 4, r"is no gateway.*leads to http.*/login$"),
    "nowhere": (302, {"Location": "http://["}, b"", 4, r"is no gateway.*leads to http://\[$"),
    "not modified": (304, {}, b"", 4, "is no gateway"),
    "page": (200, {"Content-Type": "text/html"}, b"<p>", 4, "is no gateway"),
    "text": (200, {"Content-Type": "application/json"}, b'"fine"', 4, "is no gateway"),
    "of a proxy": (520, {}, b"<p>", 1, "answered 520"),
}


@asynccontextmanager
async def answering(status: int, headers: dict[str, str], body: bytes) -> AsyncIterator[str]:
    """The URL of a server that answers everything so."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers, body=body)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    (port,) = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


@pytest.mark.parametrize("name", OTHER)
async def test_what_is_no_answer_of_a_gateway_is_told(name: str) -> None:
    """With what to do where that is known, whatever was asked, by either client."""
    status, headers, body, code, told = OTHER[name]
    asks: list[Callable[[BlockingClient], Any]] = [
        lambda client: client.get(PATH, page_size=1),
        lambda client: client.delete(PATH),
        lambda client: client.act(PATH),
        *([lambda client: client.location(PATH)] if name not in {"sign-in", "nowhere"} else []),
    ]
    async with answering(status, headers, body) as url, connect(url, "token") as coroutines:
        with BlockingClient(url, "token") as client:
            for ask in asks:
                with pytest.raises(CommandError, match=told) as caught:
                    await asyncio.to_thread(ask, client)
                assert caught.value.exit_code == code
        with pytest.raises(CommandError, match=told) as caught:
            await coroutines.get(PATH, page_size=1)
        assert caught.value.exit_code == code


async def test_nothing_is_a_result_only_where_nothing_is_asked_for() -> None:
    """An empty answer to a question is none."""
    async with answering(200, {}, b"") as url:
        with BlockingClient(url, "token") as client:
            await asyncio.to_thread(client.delete, PATH)
            with pytest.raises(CommandError, match="is no gateway"):
                await asyncio.to_thread(client.get, PATH)
