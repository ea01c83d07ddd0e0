"""One export watched by a thousand sockets, beside a bare Litestar handler on the same server.

The client counts frames in a process of its own; the time runs from the first log line to the last.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Litestar, WebSocket, get, websocket

from cli.local.ports import free_ports
from cli.local.stack import local_stack
from shared.domain.events import now
from shared.domain.progress import LogLine
from shared.jetstream.event_log import EventLog
from shared.service.process import listen, serve
from shared.tokens import Ticket, Tokens
from tests.bench.measurement import Measurement
from tests.bench.watchers import Watchers
from tests.nats_users import connect_as
from tests.unit.sample_events import EXPORT, requested

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.local.state import StackState

SOCKETS: Final = 1_000
LINES: Final = 100
ROUNDS: Final = 3
TEXT: Final = "x" * 340  # makes a message of about 480 bytes


def measure(_cache: Path) -> Iterator[Measurement]:
    """Messages per second of the status service as a share of the bare server's."""
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(_bare())
        ours.append(_ours())
    share = statistics.median(bare) / statistics.median(ours) * 100
    rate = SOCKETS * LINES / statistics.median(ours)
    yield Measurement(name="fanout.messages_per_s", value=rate, unit="/s")
    yield Measurement(name="fanout.share_of_bare", value=share, unit="%", target=60, limit="≥")


def _bare() -> float:
    (port,) = free_ports(1)
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.fanout", str(port)])
    try:
        with Watchers(port, ["/watch"] * SOCKETS, lines=LINES) as watchers:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/go")
            first, last = watchers.round()
            return last - first
    finally:
        server.terminate()
        server.wait()


def _ours() -> float:
    limits = ("STATUS_MAX_SOCKETS_PER_USER", "STATUS_MAX_SOCKETS_PER_EXPORT")
    os.environ |= dict.fromkeys(limits, "10000")  # one user holds them all
    with tempfile.TemporaryDirectory() as data, local_stack(Path(data)) as stack:
        env = stack.state.env
        ticket = Ticket(use="watch", export_id=EXPORT, project_id="p", user_id="u")
        signed = Tokens(env["JWT_SECRET"]).ticket(ticket, lives_s=600)
        asyncio.run(_publish(stack.state, requested_event=True))
        port = int(stack.state.status_url.rpartition(":")[2])
        path = f"/export/{EXPORT}?ticket={signed}"
        with Watchers(port, [path] * SOCKETS, lines=LINES) as watchers:
            asyncio.run(_publish(stack.state, requested_event=False))
            first, last = watchers.round()
            return last - first


async def _publish(state: StackState, *, requested_event: bool) -> None:
    nc = await connect_as("gateway" if requested_event else "packager", state)
    if requested_event:
        await EventLog(nc.jetstream()).publish(requested())
    else:
        line = msgspec.json.encode(LogLine(generation=1, level="info", message=TEXT))
        for _ in range(LINES):
            await nc.publish(f"logs.{EXPORT}", line)
        await nc.flush()
    await nc.close()


def _bare_app() -> Litestar:
    start = asyncio.Event()
    line = LogLine(generation=1, level="info", message=TEXT, at=now())
    message = b'{"type":"log","exportId":"' + EXPORT.encode() + b'","line":'
    message += msgspec.json.encode(line) + b"}"

    @get("/go", sync_to_thread=False)
    def go() -> None:
        start.set()

    @websocket("/watch")
    async def watch(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        await start.wait()
        for _ in range(LINES):
            await socket.send_data(message, mode="text")
        await socket.receive()

    return Litestar([go, watch], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(_bare_app(), listen(f"127.0.0.1:{sys.argv[1]}"), asyncio.Event()))
