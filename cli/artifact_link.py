"""The storage's URL of an artifact: it lives for minutes, and is asked for anew once it is over."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit, urlunsplit

from cli.answers import leads_elsewhere
from cli.connections import LOST, Connections
from cli.exit_codes import UnreachableError
from cli.web_address import is_web_address, led_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.client import HTTPResponse

    from cli.blocking_client import BlockingClient

BLOCK_BYTES: Final = 1 << 18
ATTEMPTS: Final = 5  # in a row without a byte
FIRST_WAIT_S: Final = 0.5  # doubles
REDIRECTS: Final = 5  # in a row
WHOLE: Final = 200  # RFC 9110 section 15.3
PARTIAL: Final = 206


class _BrokenOffError(Exception):
    """The bytes have ended early, or did not come at all."""


class _RefusedError(_BrokenOffError):
    """The storage has answered something else: the URL may be over."""


class ArtifactLink:
    """Reads an artifact from the storage; threads may share it.

    Args:
        client: Asks the gateway for URLs; where it is closed, so is this.
        state: The export's.
    """

    def __init__(self, client: BlockingClient, state: dict[str, Any]) -> None:
        self._client = client
        self._path = f"/api/projects/{state['projectId']}/export/{state['id']}/download"
        self._url = client.location(self._path)
        self._connections: dict[tuple[str, str], Connections] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        client.closes(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End its connections; threads that still read get an error."""
        self._ended.set()
        for connections in tuple(self._connections.values()):
            connections.close()

    def has_ranges(self) -> bool:
        """Whether the storage gives out parts, as far as can be told."""
        try:
            with self._asked(self._url, 0, 1) as answer:
                return answer.status == PARTIAL and len(answer.read()) == 1
        except (*LOST, _RefusedError):
            return False

    def read(self, start: int, end: int, take: Callable[[memoryview, int], None]) -> None:
        """Read a part, going on where the connection was lost.

        Args:
            start: Its first byte.
            end: Behind its last one.
            take: Called with all of its bytes once, in order, and with where they begin.

        Raises:
            UnreachableError: Again and again nothing came.
            ApiError: The gateway gives no URL any more.
        """
        at, failures = start, 0
        while at < end:
            url, before, trouble = self._url, at, _BrokenOffError("it breaks off")
            try:
                for block in self._blocks(url, at, end):
                    take(block, at)
                    at += len(block)
            except _BrokenOffError as error:
                trouble = error
            if at < end:
                failures = 1 if at > before else failures + 1
                self._wait(failures, trouble)
            if isinstance(trouble, _RefusedError):
                self._renew(url)

    def _blocks(self, url: str, at: int, end: int) -> Iterator[memoryview]:
        """What comes, up to ``end`` at most; each block is good until the next one."""
        buffer = memoryview(bytearray(BLOCK_BYTES))
        try:
            with self._asked(url, at, end) as answer:
                skipped = _first_byte(answer)
                while skipped < at:
                    skipped += _count(answer, buffer[: at - skipped])
                while at < end:
                    count = _count(answer, buffer[: end - at])
                    at += count
                    yield buffer[:count]
        except LOST as error:
            raise _BrokenOffError(str(error) or repr(error)) from error

    @contextmanager
    def _asked(self, url: str, at: int, end: int) -> Iterator[HTTPResponse]:
        """The answer to a URL, or to the one that it leads to; none is told a token of ours."""
        wanted = {"Range": f"bytes={at}-{end - 1}"}
        for _ in range(1 + REDIRECTS):
            connections, parts = self._connected(url), urlsplit(url)
            target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
            with connections.request("GET", target, wanted) as answer:
                location = answer.headers.get("Location")
                if location is None or not leads_elsewhere(answer.status):
                    yield answer
                    return
                answer.read(BLOCK_BYTES)
            url = led_to(url, location)
        raise _RefusedError("the storage leads from one address to the next")

    def _connected(self, url: str) -> Connections:
        """The connections to the origin of a URL."""
        if not (url.isascii() and is_web_address(url)):
            raise _RefusedError(f"the storage leads to {url}")
        origin = urlsplit(url)[:2]
        with self._lock:
            if origin not in self._connections:
                self._connections[origin] = Connections(url)
        connections = self._connections[origin]
        if self._ended.is_set():  # asked last: close() ends those that it finds
            connections.close()
        return connections

    def _wait(self, failures: int, trouble: Exception) -> None:
        if failures == ATTEMPTS or self._ended.is_set():
            raise UnreachableError(f"the artifact cannot be fetched: {trouble}") from trouble
        self._ended.wait(FIRST_WAIT_S * 2.0 ** (failures - 1))

    def _renew(self, url: str) -> None:
        """Ask for a new URL, unless another thread has done so."""
        with self._lock:
            if self._url == url:
                self._url = self._client.location(self._path)


def _first_byte(answer: HTTPResponse) -> int:
    """Where in the artifact an answer begins (raises _RefusedError)."""
    if answer.status == PARTIAL:
        told = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
        if told.isdecimal():
            return int(told)
    if answer.status != WHOLE:
        raise _RefusedError(f"the storage answered {answer.status}")
    return 0


def _count(answer: HTTPResponse, buffer: memoryview) -> int:
    """Fill the buffer as far as there is something; how much it was, never 0."""
    count = answer.readinto(buffer)
    if not count:
        raise _BrokenOffError("the connection was lost")
    return count
