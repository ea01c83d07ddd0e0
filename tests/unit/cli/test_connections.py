"""Connections that are refused, cut or closed: what the server has said is not lost."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import pytest

from cli.answers import ApiError
from cli.blocking_client import BlockingClient
from cli.connections import LOST, Bytes, Connections

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REFUSAL: Final = (
    b"HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\n"
    b'Content-Length: 38\r\nConnection: close\r\n\r\n{"detail": "a file may have 3 bytes"}  '
)
FINE: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
LARGE: Final = Bytes(bytes(8 << 20))  # more than any buffer on the way takes


class Server:
    """Answers to the head of a request; closes what it has refused, with the body unread."""

    def __init__(self, answer: bytes, context: ssl.SSLContext | None) -> None:
        self.asked = 0
        self._answer = answer
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}"
        self._kept: list[socket.socket] = []

    def serve(self) -> None:
        with suppress(OSError):  # the end
            while True:
                connection, _ = self._listening.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                self._kept.append(connection)
                with suppress(OSError):
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        self.asked += 1
        if self._answer:
            connection.sendall(self._answer)
        if self._answer != FINE:
            connection.close()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def drop(self) -> None:
        for connection in self._kept:
            connection.close()


@contextmanager
def serving(answer: bytes, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server, to its end."""
    server = Server(answer, context)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()
        server.drop()


@pytest.fixture(params=["http", "https"])
def context(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ssl.SSLContext | None:
    """That of a server whose certificate is trusted; None for plain HTTP."""
    if request.param == "http":
        return None
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-keyout", str(key), "-out", str(certificate)),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_a_refusal_before_the_body_has_come_is_told(context: ssl.SSLContext | None) -> None:
    """Who refuses closes; the body is not sent again, over TLS neither."""
    with serving(REFUSAL, context) as server, BlockingClient(server.url, "token") as client:
        for _ in range(5):
            with pytest.raises(ApiError, match="may have 3 bytes"):
                client.upload("PUT", "/api/file", LARGE)
    assert server.asked == 5


def test_a_connection_that_is_cut_is_told_as_that(context: ssl.SSLContext | None) -> None:
    """Where nothing was answered nobody knows more."""
    with (
        serving(b"", context) as server,
        pytest.raises(ConnectionError, match="cut while the request was sent"),
        Connections(server.url).request("PUT", "/", {}, LARGE),
    ):
        pass


def test_closed_connections_are_lost_ones(context: ssl.SSLContext | None) -> None:
    """Those that were idle, those that somebody waits for, and those that come later."""
    with serving(FINE, context) as server:
        connections = Connections(server.url)
        with connections.request("GET", "/", {}) as answer:
            assert answer.read() == b"{}"
        connections.close()
        for _ in range(2):
            with pytest.raises(LOST), connections.request("GET", "/", {}):
                pass
    assert server.asked == 1
