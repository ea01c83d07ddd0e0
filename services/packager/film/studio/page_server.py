"""The page server is the whole network of a page: its proxy, which has the page's own files alone.

Plain HTTP/1.1 from the standard library. Every host but the page's own is refused, and told.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from services.packager.film.studio.browser import ORIGIN
from services.packager.film.studio.site_files import SiteFiles, byte_range
from shared.domain.media_types import media_type_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from services.packager.film.studio.notes import Notes

MOST_CONNECTIONS: Final = 256
MOST_HEAD: Final = 32 << 10  # bytes of a request's head
MOST_BODY: Final = 64 << 20  # that is passed over
HEAD_S: Final = 20.0  # for a head that has begun; and without a request, a connection is kept
SEND_S: Final = 60.0  # for a block that nobody takes
BLOCK_BYTES: Final = 256 << 10
BARRIER: Final = "?film-barrier="  # as the camera asks for it, once a frame
ARRIVING_S: Final = 0.001
SCRIPTS_S: Final = 10.0
_SCRIPTS: Final = (".js", ".mjs", ".cjs")
_HOST: Final = ORIGIN.removeprefix("http://")
_TEXTS: Final = ("application/javascript", "text/", "application/json", "image/svg")
_ISOLATION: Final = (
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Embedder-Policy: require-corp\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
)


class RequestError(Exception):
    """What no browser of ours sends."""


@dataclass(frozen=True)
class Request:
    """One request's head."""

    method: str
    target: str
    headers: dict[str, str]  # names in lower case


class PageServer:
    """Serves one site to one browser.

    Args:
        folder: The site.
        notes: Told once of each host that was asked for in vain, and of each file.
    """

    def __init__(self, folder: Path, notes: Notes) -> None:
        self.waiting: set[str] = set()  # what is being sent
        self._sent = asyncio.Event()  # something of it
        self._files = SiteFiles(folder)
        self._notes = notes
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens, on the loopback interface."""
        assert self._server is not None  # noqa: S101 - it was opened
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=MOST_HEAD)

    async def close(self) -> None:
        """Take no more, and end what is being sent."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a connection has one
        if len(self._connections) >= MOST_CONNECTIONS:
            writer.transport.abort()
            return
        self._connections.add(task)
        try:
            while await self._answered(reader, writer):
                pass
        except (OSError, RequestError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            pass  # it is a page's own affair how it ends its connections
        except asyncio.CancelledError:
            pass  # by us; the stream would complain of it
        finally:
            self._connections.discard(task)
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether there may be another."""
        async with asyncio.timeout(HEAD_S):
            request = await _request(reader)
        if request is None:
            return False
        async with asyncio.timeout(SEND_S):
            await _pass_body(request, reader)
        host, path = _place(request)
        if host != _HOST or request.method == "CONNECT":
            self._refused(request, host)
            await _text(writer, HTTPStatus.FORBIDDEN, "the film has no network")
            return False
        if request.method not in {"GET", "HEAD"}:
            await _text(writer, HTTPStatus.METHOD_NOT_ALLOWED, "only files are here")
            return True
        found = await asyncio.to_thread(self._files.open, path)
        if found is None:
            self._missing(path)
            await _text(writer, HTTPStatus.NOT_FOUND, "no such file")
            return True
        name, file = found
        if BARRIER in request.target:
            await self._scripts_sent()
        self.waiting.add(name)
        try:
            with file:
                await _send(request, name, file, writer)
        finally:
            self.waiting.discard(name)
            self._sent.set()
        return True

    async def _scripts_sent(self) -> None:
        """Wait until no script is being sent, also of those that are asked for just now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SCRIPTS_S):
                await asyncio.sleep(ARRIVING_S)
                while any(name.endswith(_SCRIPTS) for name in self.waiting):
                    self._sent.clear()
                    await self._sent.wait()

    def _refused(self, request: Request, host: str) -> None:
        if host == _HOST:
            message = (
                "the game asks its own site for a WebSocket, or by HTTPS: a film has no server"
            )
            self._notes.add("film-no-network", message)
            return
        if request.method == "CONNECT":
            scheme = "https" if request.target.endswith(":443") else "ws"
        else:
            scheme = "http"
        message = f"the film has no network: {scheme}://{host}; put what it needs into the project"
        self._notes.add("film-no-network", message)

    def _missing(self, path: str) -> None:
        if path != "/favicon.ico":  # which browsers ask for by themselves
            message = f"the page asks for {path}, which is no file of the game"
            self._notes.add("film-file-missing", message)


async def _request(reader: asyncio.StreamReader) -> Request | None:
    """The next head; None where the connection has ended."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return None
        raise
    except asyncio.LimitOverrunError as error:
        raise RequestError from error
    line, *rest = head.decode("latin-1").split("\r\n")
    words = line.split(" ")
    if len(words) != 3:  # noqa: PLR2004 - method, target, version
        raise RequestError
    headers = {}
    for header in rest:
        name, _, value = header.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Request(words[0], words[1], headers)


async def _pass_body(request: Request, reader: asyncio.StreamReader) -> None:
    """Read what was sent and nobody wants."""
    if "transfer-encoding" in request.headers:
        raise RequestError
    left = int(request.headers.get("content-length", "0"))
    if not 0 <= left <= MOST_BODY:
        raise RequestError
    while left:
        block = await reader.read(min(left, BLOCK_BYTES))
        if not block:
            raise RequestError
        left -= len(block)


def _place(request: Request) -> tuple[str, str]:
    """The host and the path that are asked for; a proxy is told the whole address."""
    if request.method == "CONNECT":
        return request.target.removesuffix(":443").removesuffix(":80").lower(), "/"
    if request.target.startswith("/"):
        return request.headers.get("host", "").removesuffix(":80").lower(), request.target
    parts = urlsplit(request.target)
    return parts.netloc.removesuffix(":80").lower(), parts.path or "/"


async def _send(request: Request, name: str, file: BinaryIO, writer: asyncio.StreamWriter) -> None:
    size = file.seek(0, 2)
    wanted = byte_range(request.headers.get("range", ""), size)
    if wanted is not None and not wanted:
        more = f"Content-Range: bytes */{size}\r\n"
        await _text(writer, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "no such bytes", more)
        return
    status = HTTPStatus.OK if wanted is None else HTTPStatus.PARTIAL_CONTENT
    part = range(size) if wanted is None else wanted
    kind = media_type_of(name)
    charset = "; charset=utf-8" if kind.startswith(_TEXTS) else ""
    head = f"Content-Type: {kind}{charset}\r\nAccept-Ranges: bytes\r\n"
    if wanted is not None:
        head += f"Content-Range: bytes {part.start}-{part.stop - 1}/{size}\r\n"
    writer.write(_head(status, len(part), head))
    if request.method == "GET":
        file.seek(part.start)
        left = len(part)
        while left:
            block = await asyncio.to_thread(file.read, min(left, BLOCK_BYTES))
            if not block:
                raise RequestError
            left -= len(block)
            writer.write(block)
            async with asyncio.timeout(SEND_S):
                await writer.drain()
    async with asyncio.timeout(SEND_S):
        await writer.drain()


async def _text(
    writer: asyncio.StreamWriter, status: HTTPStatus, text: str, more: str = ""
) -> None:
    data = f"{text}\n".encode()
    writer.write(_head(status, len(data), f"Content-Type: text/plain; charset=utf-8\r\n{more}"))
    writer.write(data)
    with suppress(ConnectionError):
        async with asyncio.timeout(SEND_S):
            await writer.drain()


def _head(status: HTTPStatus, size: int, headers: str) -> bytes:
    fixed = f"Content-Length: {size}\r\nCache-Control: no-cache\r\n{_ISOLATION}"
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{headers}{fixed}\r\n".encode("latin-1")
