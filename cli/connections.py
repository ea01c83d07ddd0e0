"""Connections to one server that stay open between requests, each used by one thread at a time."""

from __future__ import annotations

import select
import socket
import ssl
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from http.client import HTTPResponse

CONNECT_S: Final = 10.0
SILENCE_S: Final = 120.0  # that an answer may keep us waiting for
SENDING: Final = ("POST", "PUT")  # tell their length even where they send nothing
LOST: Final = (HTTPException, OSError)  # what a request raises that nobody has answered
CUT: Final = (ConnectionError, ssl.SSLError)  # what sending raises where nobody reads any more


class Body(Protocol):
    """What a request sends; every attempt writes it anew."""

    size_bytes: int

    def send(self, into: socket.socket) -> None:
        """Write exactly ``size_bytes``."""


class Bytes:
    """A body that is in memory."""

    def __init__(self, data: bytes) -> None:
        self.size_bytes = len(data)
        self._data = data

    def send(self, into: socket.socket) -> None:
        """Write it."""
        into.sendall(self._data)


class Connections:
    """Those to one origin. Threads may share it.

    Args:
        url: Of which the origin counts.
    """

    def __init__(self, url: str) -> None:
        self._connect = _connector(url)
        self._open: dict[HTTPConnection, socket.socket] = {}
        self._idle: list[HTTPConnection] = []
        self._is_closed = False

    @contextmanager
    def request(
        self, method: str, target: str, headers: Mapping[str, str], body: Body | None = None
    ) -> Iterator[HTTPResponse]:
        """An answer; its connection is used again where all of it was read.

        Raises:
            HTTPException, OSError: The connection was lost, or there was none (:data:`LOST`).
        """
        connection = self._connection()
        try:
            answer = self._ask(connection, method, target, headers, body)
            yield answer
        except BaseException:
            self._drop(connection)
            raise
        if answer.isclosed() and not answer.will_close:
            self._idle.append(connection)
            if self._is_closed:  # asked last: close() ends those that it finds
                self._drop_idle()
        else:
            self._drop(connection)

    def close(self) -> None:
        """End all of them; a thread that uses one gets an error, and drops it."""
        self._is_closed = True
        for used in tuple(self._open.values()):
            with suppress(OSError):  # not that of TLS, which would go on in plain text
                socket.socket.shutdown(used, socket.SHUT_RDWR)
        self._drop_idle()

    def _connection(self) -> HTTPConnection:
        self._check_open()
        connection = self._idle_one() or self._new_one()
        try:
            self._check_open()  # again: close() ends those that it finds
        except ConnectionAbortedError:
            self._drop(connection)
            raise
        return connection

    def _check_open(self) -> None:
        if self._is_closed:
            raise ConnectionAbortedError("the connections are closed")

    def _new_one(self) -> HTTPConnection:
        connection = self._connect()
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        connection.auto_open = 0  # what has been closed stays so
        self._open[connection] = connection.sock
        return connection

    def _idle_one(self) -> HTTPConnection | None:
        while self._idle:
            with suppress(IndexError):  # another thread, or close(), was faster
                connection = self._idle.pop()
                if not _was_closed(connection.sock):
                    return connection
                self._drop(connection)
        return None

    def _drop_idle(self) -> None:
        while self._idle:
            with suppress(IndexError):
                self._drop(self._idle.pop())

    def _ask(
        self,
        connection: HTTPConnection,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: Body | None,
    ) -> HTTPResponse:
        connection.putrequest(method, target)
        for name, value in headers.items():
            connection.putheader(name, value.encode())
        if body is not None or method in SENDING:
            connection.putheader("Content-Length", str(body.size_bytes if body else 0))
        connection.endheaders()
        connection.sock.settimeout(SILENCE_S)
        if body is None:
            return connection.getresponse()
        try:
            body.send(connection.sock)
        except CUT as error:  # who refuses reads no further, and says why
            return _refusal(connection, error)
        return connection.getresponse()

    def _drop(self, connection: HTTPConnection) -> None:
        self._open.pop(connection, None)
        connection.close()


def _connector(url: str) -> Callable[[], HTTPConnection]:
    """Makes connections to the origin of a URL, all of one TLS context where it takes one."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return partial(HTTPConnection, parts.hostname or "", parts.port, timeout=CONNECT_S)
    context = ssl.create_default_context()
    return partial(
        HTTPSConnection, parts.hostname or "", parts.port, timeout=CONNECT_S, context=context
    )


def _refusal(connection: HTTPConnection, cut: Exception) -> HTTPResponse:
    """What was answered before all was sent (raises ConnectionAbortedError where nothing was)."""
    try:
        return connection.getresponse()
    except LOST:
        reason = "the connection was cut while the request was sent"
        raise ConnectionAbortedError(reason) from cut


def _was_closed(connection: socket.socket) -> bool:
    """Whether the server has ended it meanwhile: there is something to read, and be it the end."""
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(0))
