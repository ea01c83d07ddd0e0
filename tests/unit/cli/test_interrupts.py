"""Ctrl-C ends a command at once, whatever it waits for."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

from aiohttp import web

from cli.local.ports import free_ports

if TYPE_CHECKING:
    from pathlib import Path

EXPORT = "01a22d58-13d7-72bf-a9e6-dbace378fde7"
PATH = f"/api/projects/game/export/{EXPORT}"
STATE = {
    "id": EXPORT,
    "projectId": "game",
    "status": "completed",
    "downloadUrl": "any",
    "fileName": "game.zip",
    "fileSize": 1000,
    "sha256": "0" * 64,
    "warningCount": 0,
}


def heed_interrupts() -> None:
    """Whoever runs the tests in the background has shells that ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def test_a_download_that_was_waited_for_is_given_up(tmp_path: Path) -> None:
    """The storage says nothing more; the command ends as interrupted, without a rest of a file."""
    (port,) = free_ports(1)
    is_waited_for, ended = asyncio.Event(), asyncio.Event()

    async def accept(_: web.Request) -> web.Response:
        return web.json_response({"export": STATE}, status=202)

    async def ticket(_: web.Request) -> web.Response:
        return web.json_response({"websocketUrl": f"ws://127.0.0.1:{port}/watch?ticket=x"})

    async def watch(request: web.Request) -> web.WebSocketResponse:
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "export-status", "state": STATE})
        await connection.close()
        return connection

    async def link(_: web.Request) -> web.Response:
        return web.Response(status=303, headers={"Location": "/storage"})

    async def store(_: web.Request) -> web.Response:
        is_waited_for.set()
        await ended.wait()
        return web.Response()

    app = web.Application()
    app.router.add_post("/api/projects/game/export", accept)
    app.router.add_post(f"{PATH}/ticket", ticket)
    app.router.add_get("/watch", watch)
    app.router.add_get(f"{PATH}/download", link)
    app.router.add_get("/storage", store)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    command = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "cli",
            "export",
            "game",
            "--platform",
            "web",
            "--json",
            "-o",
            str(tmp_path),
        ),
        env={**os.environ, "AETHEL_EXPORT_URL": f"http://127.0.0.1:{port}"}
        | {"AETHEL_EXPORT_TOKEN": "token"},
        preexec_fn=heed_interrupts,
    )
    try:
        await asyncio.wait_for(is_waited_for.wait(), 60)
        command.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(command.wait(), 60) == 130
        assert await asyncio.to_thread(lambda: [*tmp_path.iterdir()]) == []
    finally:
        ended.set()
        if command.returncode is None:
            command.kill()
        await runner.cleanup()
