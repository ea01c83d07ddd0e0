"""Client processes that hold many WebSockets, and tell when all have seen what they wait for."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINE: Final = b'{"type":"log"'  # what a message that counts begins with
AT_ONCE: Final = 16  # sockets that one process opens side by side
QUIET_S: Final = 0.5
PING: Final = 0x9  # RFC 6455 section 5.2
HEADER_16: Final = 126  # the same: the length follows in two bytes
HEADER_64: Final = 127
ZERO_MASK: Final = bytes(4)  # RFC 6455 section 5.3: a client's frames are masked


class Watchers:
    """Sockets in processes of their own; open once the block begins.

    Args:
        port: Of the server, on the loopback interface.
        paths: One for each socket.
        lines: How many each socket sees in a round.
        processes: Among which the sockets are divided.
    """

    def __init__(self, port: int, paths: Sequence[str], *, lines: int, processes: int = 1) -> None:
        self._processes = [
            _client({"port": port, "lines": lines, "paths": list(paths[part::processes])})
            for part in range(processes)
        ]

    def __enter__(self) -> Self:
        assert [self._line(process) for process in self._processes] == ["ready"] * len(
            self._processes
        )
        return self

    def __exit__(self, *_error: object) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()

    def round(self) -> tuple[float, float]:
        """When the first line of a round was seen, and the last: of ``time.monotonic``."""
        rounds = [json.loads(self._line(process)) for process in self._processes]
        return min(first for first, _ in rounds), max(last for _, last in rounds)

    def _line(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        return process.stdout.readline().strip()


def _client(wanted: dict[str, object]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.watchers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(wanted) + "\n")
    process.stdin.flush()
    return process


class _Tally:
    """What all sockets of a process have seen together."""

    def __init__(self, sockets: int, lines: int) -> None:
        self.lines = lines
        self._sockets = sockets
        self._done = 0
        self._first = 0.0
        self.heard_at = 0.0

    async def quiet(self) -> None:
        """Wait until nothing has come for a moment: the first state of each has passed."""
        while time.monotonic() - self.heard_at < QUIET_S:  # noqa: ASYNC110 - it wakes nobody
            await asyncio.sleep(QUIET_S / 5)

    def line(self, number: int) -> None:
        """One of them has seen its line of that number of the round, from 1."""
        self._first = self._first or time.monotonic()
        if number == self.lines:
            self._done += 1
            if self._done == self._sockets:
                print(json.dumps([self._first, time.monotonic()]), flush=True)
                self._done, self._first = 0, 0.0


class _Socket(asyncio.Protocol):
    """A WebSocket that counts log lines, and answers pings."""

    def __init__(self, path: str, tally: _Tally, opened: asyncio.Future[None]) -> None:
        self._path = path
        self._tally = tally
        self._opened = opened
        self._data = bytearray()
        self._lines = 0
        self._greeted = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        transport.write(request.encode())

    def connection_lost(self, exc: Exception | None) -> None:
        print(f"a socket was closed: {exc!r}", self._data[:200], flush=True)
        os._exit(1)

    def data_received(self, data: bytes) -> None:
        self._tally.heard_at = time.monotonic()
        self._data += data
        if not self._greeted:
            if b"\r\n\r\n" not in self._data:
                return
            del self._data[: self._data.index(b"\r\n\r\n") + 4]
            self._greeted = True
            self._opened.set_result(None)
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == PING:
                pong = bytes([0x8A, 0x80 | len(payload)]) + ZERO_MASK + payload
                self._transport.write(pong)
            elif payload.startswith(LINE):  # others tell of the export itself
                self._lines = self._lines % self._tally.lines + 1
                self._tally.line(self._lines)

    def _frame(self) -> tuple[int, bytes] | None:
        data = self._data
        if len(data) < 2:
            return None
        length, start = data[1] & 0x7F, 2
        if length == HEADER_16:
            length, start = int.from_bytes(data[2:4], "big"), 4
        elif length == HEADER_64:
            length, start = int.from_bytes(data[2:10], "big"), 10
        if len(data) < start + length:
            return None
        frame = data[0] & 0x0F, bytes(data[start : start + length])
        del data[: start + length]
        return frame


async def _watch(port: int, paths: Sequence[str], lines: int) -> None:
    tally = _Tally(len(paths), lines)
    left = iter(paths)
    await asyncio.gather(*(_open(port, left, tally) for _ in range(AT_ONCE)))
    await tally.quiet()
    print("ready", flush=True)
    await asyncio.Event().wait()


async def _open(port: int, paths: Iterator[str], tally: _Tally) -> None:
    """Open one after the other, of those that are left."""
    loop = asyncio.get_running_loop()
    for path in paths:
        opened: asyncio.Future[None] = loop.create_future()
        new = partial(_Socket, path, tally, opened)
        while True:
            try:
                await loop.create_connection(new, "127.0.0.1", port)
            except OSError:  # its server is not there yet
                await asyncio.sleep(0.05)
            else:
                break
        await opened


if __name__ == "__main__":
    import uvloop

    wanted = json.loads(sys.stdin.readline())
    uvloop.run(_watch(wanted["port"], wanted["paths"], wanted["lines"]))
