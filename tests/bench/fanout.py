"""One export watched by a thousand sockets, beside a bare Litestar handler on the same server.

The client counts frames in a process of its own; the time runs from the first log line to the last.
"""

from __future__ import annotations

import asyncio
import base64
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

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
from tests.nats_users import connect_as
from tests.unit.sample_events import EXPORT, requested

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.local.state import StackState

SOCKETS: Final = 1_000
LINES: Final = 100
ROUNDS: Final = 3
TEXT: Final = "x" * 340  # makes a message of about 480 bytes
MARK: Final = TEXT.encode()
HEADER_16: Final = 126  # RFC 6455 section 5.2: the length follows in two bytes
HEADER_64: Final = 127


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
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.fanout", "serve", str(port)])
    try:
        with _Watchers(port, "/watch") as watchers:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/go")
            return watchers.seconds()
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
        with _Watchers(port, f"/export/{EXPORT}?ticket={signed}") as watchers:
            asyncio.run(_publish(stack.state, requested_event=False))
            return watchers.seconds()


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


class _Watchers:
    """The client process: ready once every socket is open."""

    def __init__(self, port: int, path: str) -> None:
        command = [sys.executable, "-m", "tests.bench.fanout", "watch", str(port), path]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        assert self._line() == "ready"
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def seconds(self) -> float:
        """From the first line seen to the last."""
        return float(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


class _Tally:
    """What all sockets have seen together."""

    def __init__(self) -> None:
        self.opened = 0
        self.done = 0
        self.first = 0.0
        self.all_open = asyncio.Event()
        self.all_done = asyncio.Event()

    def open(self) -> None:
        """One more is open."""
        self.opened += 1
        if self.opened == SOCKETS:
            self.all_open.set()

    def line(self, number: int) -> None:
        """One of them has seen its line of that number, from 1."""
        self.first = self.first or time.perf_counter()
        if number == LINES:
            self.done += 1
            if self.done == SOCKETS:
                self.all_done.set()


class _Socket(asyncio.Protocol):
    """A WebSocket that counts log lines."""

    def __init__(self, path: str, tally: _Tally) -> None:
        self._path = path
        self._tally = tally
        self._data = bytearray()
        self._lines = 0
        self._greeted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        transport.write(request.encode())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._greeted:
            if b"\r\n\r\n" not in self._data:
                return
            del self._data[: self._data.index(b"\r\n\r\n") + 4]
            self._greeted = True
            self._tally.open()
        while (frame := self._frame()) is not None:
            if MARK in frame:  # others tell of the export itself, which has no project
                self._lines += 1
                self._tally.line(self._lines)

    def _frame(self) -> bytes | None:
        data = self._data
        if len(data) < 10:
            return None
        length, start = data[1] & 0x7F, 2
        if length == HEADER_16:
            length, start = int.from_bytes(data[2:4], "big"), 4
        elif length == HEADER_64:
            length, start = int.from_bytes(data[2:10], "big"), 10
        if len(data) < start + length:
            return None
        frame = bytes(data[start : start + length])
        del data[: start + length]
        return frame


async def _watch(port: int, path: str) -> None:
    tally = _Tally()
    loop = asyncio.get_running_loop()
    for _ in range(SOCKETS):
        await _connected(loop, port, path, tally)
    await tally.all_open.wait()
    await asyncio.sleep(0.5)  # the first state of each has passed
    print("ready", flush=True)
    await tally.all_done.wait()
    print(time.perf_counter() - tally.first, flush=True)


async def _connected(loop: asyncio.AbstractEventLoop, port: int, path: str, tally: _Tally) -> None:
    while True:
        try:
            await loop.create_connection(lambda: _Socket(path, tally), "127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            return


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

    if sys.argv[1] == "serve":
        uvloop.run(serve(_bare_app(), listen(f"127.0.0.1:{sys.argv[2]}"), asyncio.Event()))
    else:
        uvloop.run(_watch(int(sys.argv[2]), sys.argv[3]))
