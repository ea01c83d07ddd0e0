"""The loopback server, attacked from outside; it runs under AddressSanitizer and UBSan."""

from __future__ import annotations

import random
import socket
import struct
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from tests.shell.desktop import HANG_S, until
from tests.shell.sanitized import compile_test

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST: Final = "game.localhost"
pytestmark = pytest.mark.timeout(900, func_only=True)  # a hang; a busy machine is none


@dataclass
class Server:
    """Where it listens, and its secrets."""

    port: int
    key: str
    session: str

    def connect(self) -> socket.socket:
        """A connection that gives up after a while."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=HANG_S)

    def send(self, data: bytes) -> bytes:
        """All that the server answers to these bytes, after which it hears nothing more."""
        with self.connect() as connection:
            answer = b""
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                while chunk := connection.recv(65536):
                    answer += chunk
            except TimeoutError:
                raise
            except OSError:  # it hung up on us
                pass
            return answer

    def get(self, target: str, *headers: str, host: str = HOST) -> bytes:
        """Ask for ``target`` as a browser would."""
        lines = (f"GET {target} HTTP/1.1", f"Host: {host}", *headers, "", "")
        return self.send("\r\n".join(lines).encode())

    @property
    def cookie(self) -> str:
        """What the window's own requests carry."""
        return f"Cookie: aethel-session={self.session}"


@pytest.fixture
def server(sanitized: Path) -> Iterator[Server]:
    """A server that must still be well when the test is over."""
    with _served(sanitized) as there:
        yield there
        until("an answer", lambda: there.get("/a.bin", there.cookie).endswith(b"0123456789"))


@pytest.fixture
def media(sanitized: Path) -> Iterator[Server]:
    """The same for the one that media players ask."""
    with _served(sanitized, "media") as there:
        yield there
        file = f"/{there.session}/a.bin"
        until("an answer", lambda: there.get(file).endswith(b"0123456789"))


@contextmanager
def _served(folder: Path, *arguments: str) -> Iterator[Server]:
    command = [str(compile_test("serve", folder)), *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        port, key, session = process.stdout.readline().split()
        try:
            yield Server(int(port), key, session)
        finally:
            _, complaints = process.communicate()
    assert process.returncode == 0, complaints
    assert "ERROR" not in complaints


def is_closed(connection: socket.socket) -> bool:
    """Whether the server has closed it; one byte more keeps it from being closed for silence."""
    connection.setblocking(False)
    try:
        connection.send(b"G")
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_the_window_gets_in(server: Server) -> None:
    """With the key once, then with the cookie that it bought."""
    welcome = server.get(f"/.aethel/enter?key={server.key}", "Sec-Fetch-Site: cross-site")
    assert welcome.startswith(b"HTTP/1.1 200 OK\r\n")
    cookie = f"aethel-session={server.session}; Path=/; HttpOnly; SameSite=Strict"
    assert f"Set-Cookie: {cookie}\r\n".encode() in welcome
    assert server.get(f"/.aethel/enter?key={server.key}") == b""
    page = server.get("/", server.cookie, "Sec-Fetch-Site: same-origin")
    assert b"Cross-Origin-Opener-Policy: same-origin\r\n" in page
    assert page.endswith(b'<!doctype html><script src="/.aethel/runtime.js"></script>hello')
    part = server.get("/a.bin", server.cookie, "Range: bytes=2-4")
    assert part.startswith(b"HTTP/1.1 206 Partial Content\r\n")
    assert part.endswith(b"\r\n\r\n234")
    head = server.send(f"HEAD /a.bin HTTP/1.1\r\nHost: {HOST}\r\n{server.cookie}\r\n\r\n".encode())
    assert b"Content-Length: 10\r\n" in head
    assert head.endswith(b"\r\n\r\n")


def test_others_get_not_a_byte(server: Server) -> None:
    """Not even an error that would tell what it is."""
    assert server.get("/") == b""
    assert server.get("/.aethel/runtime.js") == b""
    assert server.get("/.aethel/enter?key=" + "0" * 32) == b""
    assert server.get("/", "Cookie: aethel-session=" + "0" * 32) == b""
    assert server.get("/", server.cookie, host="127.0.0.1") == b""
    assert server.get("/", server.cookie, host="attacker.example") == b""
    assert server.get("/", server.cookie, "Origin: https://attacker.example") == b""
    assert server.get("/", server.cookie, "Sec-Fetch-Site: cross-site") == b""


def test_no_path_reaches_the_file_system(server: Server) -> None:
    """There is nothing but the archive."""
    for target in (
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/proc/self/exe",
    ):
        assert server.get(target, server.cookie).startswith(b"HTTP/1.1 404 Not Found\r\n")


def test_garbage_is_hung_up_on(server: Server) -> None:
    """Whatever it is, and however it is cut."""
    noise = random.Random(5)
    whole = f"GET /a.bin HTTP/1.1\r\nHost: {HOST}\r\n{server.cookie}\r\n\r\n".encode()
    for _ in range(100):
        assert server.send(noise.randbytes(noise.randrange(2000))) == b""
    for size in range(len(whole)):
        assert server.send(whole[:size]) == b""
    assert server.send(b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n") == b""
    assert server.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03") == b""  # TLS
    assert server.send(whole + whole).count(b"HTTP/1.1 200") == 1  # one answer per connection


def test_those_who_wait_keep_nobody_waiting(server: Server) -> None:
    """More connections than it takes are closed at once; those within the limit are served."""
    idle = [server.connect() for _ in range(200)]
    until("the end of those beyond the limit", lambda: sum(map(is_closed, idle)) >= 200 - 64)
    for connection in idle:  # gone without a goodbye
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def test_a_media_player_gets_parts_of_files(media: Server) -> None:
    """With the key in the address, and with leave to show them to a page of another origin."""
    part = media.get(f"/{media.session}/a.bin", "Range: bytes=2-4", "Origin: aethel://game")
    assert part.startswith(b"HTTP/1.1 206 Partial Content\r\n")
    assert b"Access-Control-Allow-Origin: *\r\n" in part
    assert part.endswith(b"\r\n\r\n234")


def test_those_without_the_key_get_no_sound(media: Server) -> None:
    """Neither by the cookie of the other server, nor by the key that opens it; nothing acts."""
    for target in ("/", "/a.bin", f"/{media.key}/a.bin", f"/{media.session}", f"/{'0' * 32}/a.bin"):
        assert media.get(target, media.cookie) == b""
    for target in ("/", "/.aethel/runtime.js", "/../../etc/passwd", "/none.ogg"):
        answer = media.get(f"/{media.session}{target}")
        assert answer.startswith(b"HTTP/1.1 404 Not Found\r\n"), target
    act = f"POST /{media.session}/.aethel/close HTTP/1.1\r\nAethel-Page: 1\r\n\r\n"
    assert media.send(act.encode()).startswith(b"HTTP/1.1 405 ")
