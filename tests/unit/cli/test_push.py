from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from cli import api_client as api
from cli.exit_codes import UnreachableError
from cli.local.ports import free_ports
from cli.project_folder import read_folder
from cli.push import push

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp.typedefs import Handler


@asynccontextmanager
async def served(path: str, answer: Handler) -> AsyncIterator[api.Client]:
    """A client of a gateway that has one route."""
    app = web.Application()
    app.router.add_post(path, answer)
    runner = web.AppRunner(app)
    await runner.setup()
    (port,) = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with api.connect(f"http://127.0.0.1:{port}", "token") as client:
        yield client
    await runner.cleanup()


async def test_a_gateway_that_dies_in_the_middle_is_one_clear_error(tmp_path: Path) -> None:
    """However many files were on their way: a script sees exit code 4, a person one line."""
    (tmp_path / "index.html").write_text("<p>")
    for name in ("a.bin", "b.bin"):
        (tmp_path / name).write_bytes(name.encode() * 300_000)
    folder = read_folder(tmp_path)
    missing = {entry.sha256: entry.size for entry in folder.manifest.files.values()}

    async def propose(_: web.Request) -> web.Response:
        return web.json_response({"missing": list(missing), "title": "x"}, status=409)

    async def die(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    app = web.Application(client_max_size=1 << 30)
    app.router.add_put("/api/projects/game/snapshot", propose)
    app.router.add_route("*", "/api/projects/game/blobs{rest:.*}", die)
    runner = web.AppRunner(app)
    await runner.setup()
    (port,) = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with api.connect(f"http://127.0.0.1:{port}", "token") as client:
        with pytest.raises(UnreachableError):
            await push(client, "game", folder, lambda *_: None)
    await runner.cleanup()
    await asyncio.sleep(0)


async def test_a_busy_gateway_is_asked_again_when_it_says() -> None:
    """Not earlier: it has said how long others will take."""
    asked: list[float] = []

    async def busy_once(_: web.Request) -> web.Response:
        asked.append(time.monotonic())
        if len(asked) == 1:
            return web.json_response({}, status=503, headers={"Retry-After": "2"})
        return web.json_response({"stored": 1})

    async with served("/api/projects/game/blobs", busy_once) as client:
        path = "/api/projects/game/blobs"
        assert await client.upload("POST", path, lambda: b"x", size_bytes=1) == {"stored": 1}
    first, second = asked
    assert second - first >= 1.9


async def test_a_quota_of_tomorrow_is_told_at_once() -> None:
    """Nobody waits for it in front of a command line."""
    asked = 0

    async def come_tomorrow(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        problem = {"detail": "the quota 'uploadBytesPerDay' is used up"}
        return web.json_response(problem, status=429, headers={"Retry-After": "86400"})

    async with served("/api/projects/game/blobs", come_tomorrow) as client:
        path = "/api/projects/game/blobs"
        with pytest.raises(UnreachableError, match="uploadBytesPerDay"):
            await client.upload("POST", path, lambda: b"x", size_bytes=1)
    assert asked == 1


def test_vendored_packages_go_on_request(tmp_path: Path) -> None:
    """``node_modules`` stays where it is, unless ``.aethelignore`` takes all or some of it back."""
    for name in ("index.html", "node_modules/a/index.js", "node_modules/b/index.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    ignore = tmp_path / ".aethelignore"
    assert set(read_folder(tmp_path).manifest.files) == {"index.html"}
    ignore.write_text("!node_modules/\n")
    assert len(read_folder(tmp_path).manifest.files) == 3
    ignore.write_text("!node_modules/\nnode_modules/*\n!node_modules/b/\n")
    pushed = set(read_folder(tmp_path).manifest.files)
    assert pushed == {"index.html", "node_modules/b/index.js"}
