"""A storage breaks off, refuses, has no ranges: what arrives is whole, or it is said why not."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from cli import artifact_link, download
from cli.answers import ApiError
from cli.blocking_client import BlockingClient
from cli.exit_codes import ExportFailedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECE = 100_000
DATA = Random(1).randbytes(10 * PIECE + 12_345)


class Servers(ThreadingHTTPServer):
    """A gateway, and a storage behind it that does what a test has in mind."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.links = 0  # that were asked for
        self.last_link = 1_000_000
        self.link_lives = 1_000_000  # requests
        self.asked = 0  # of the newest link
        self.has_ranges = True
        self.hops = 0  # redirects on the way to the storage
        self.leads_to = ""  # where a hop leads, if not to the next one
        self.random = Random(0)
        self.break_chance = 0.0
        self.tokens: set[str | None] = set()  # that the storage was told
        self.statuses: list[int] = []  # to be answered instead
        self.may_answer = threading.Event()  # the storage; it says nothing before
        self.may_answer.set()
        self.is_waited_for = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Who has gone away has gone away."""

    def state(self, **changes: Any) -> dict[str, Any]:
        """The export's."""
        known = {"id": "e", "projectId": "game", "status": "completed", "downloadUrl": "any"}
        told = {"fileName": "../game.zip", "fileSize": len(DATA), "sha256": sha256(DATA)}
        return known | told | changes


def sha256(data: bytes) -> str:
    """Hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """One connection to either."""

    server: Servers
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/api/projects/game/export/e/download":
            self._link()
        elif self.path.startswith("/hop/"):
            self.server.tokens.add(self.headers["Authorization"])
            hops = int(self.path.removeprefix("/hop/"))
            onwards = f"{hops - 1}" if hops > 1 else self._storage()
            self._answer(307, Location=self.server.leads_to or onwards)
        elif self.server.statuses:
            self._answer(self.server.statuses.pop())
        elif self.path == f"/storage?link={self.server.links}":
            self.server.asked += 1
            self.server.tokens.add(self.headers["Authorization"])
            if not self.server.may_answer.is_set():
                self.server.is_waited_for.set()
                self.server.may_answer.wait()
            self._send() if self.server.asked <= self.server.link_lives else self._answer(403)
        else:
            self._answer(403)

    def _link(self) -> None:
        if self.server.links == self.server.last_link:
            self._answer(410)
            return
        self.server.links, self.server.asked = self.server.links + 1, 0
        hops = self.server.hops
        self._answer(303, Location=f"/hop/{hops}" if hops else self._storage())

    def _storage(self) -> str:
        return f"{self.server.url}/storage?link={self.server.links}"

    def _answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": "0", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _send(self) -> None:
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"])
        assert found is not None
        start, last = int(found[1]), int(found[2])
        body = DATA[start : last + 1] if self.server.has_ranges else DATA
        length = str(len(body))
        if self.server.has_ranges:
            place = f"bytes {start}-{last}/{len(DATA)}"
            self._answer(206, Content_Length=length, Content_Range=place)
        else:
            self._answer(200, Content_Length=length)
        breaks = self.server.random.random() < self.server.break_chance
        self.wfile.write(body[: self.server.random.randrange(len(body))] if breaks else body)
        if breaks:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    """Both servers; nobody waits for long."""
    monkeypatch.setattr(artifact_link, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(artifact_link, "BLOCK_BYTES", 16_384)
    monkeypatch.setattr(download, "PIECE_BYTES", PIECE)
    monkeypatch.setattr(download, "BLOCK_BYTES", PIECE // 4)
    with Servers() as known:
        serving = threading.Thread(target=known.serve_forever, args=(0.01,))
        serving.start()
        yield known
        known.shutdown()
        serving.join()


@contextmanager
def downloading(servers: Servers, into: Path, **changes: Any) -> Iterator[Path]:
    """The artifact's place; nothing else is left in the folder, whatever happens."""
    try:
        with BlockingClient(servers.url, "secret") as client:
            yield download.download(client, servers.state(**changes), into)
    finally:
        assert not [*into.glob("*.part")]


@pytest.mark.parametrize("has_ranges", [True, False])
def test_an_artifact_arrives_whole(servers: Servers, tmp_path: Path, has_ranges: bool) -> None:
    """In pieces, or as one stream; into the folder that was named; the storage sees no token."""
    servers.has_ranges = has_ranges
    with downloading(servers, tmp_path / "new") as place:
        assert place == tmp_path / "new/game.zip"
        assert sha256(place.read_bytes()) == sha256(DATA)
    assert servers.asked == (12 if has_ranges else 2)  # whether there are ranges is asked first
    assert (servers.tokens, servers.links) == ({None}, 1)


def test_a_storage_may_lead_elsewhere(servers: Servers, tmp_path: Path) -> None:
    """Also by a relative address; nobody on the way sees the token."""
    servers.hops = artifact_link.REDIRECTS
    with downloading(servers, tmp_path) as place:
        assert sha256(place.read_bytes()) == sha256(DATA)
    assert (servers.tokens, servers.links) == ({None}, 1)


def test_a_storage_that_leads_on_and_on_is_told(servers: Servers, tmp_path: Path) -> None:
    """There is an end to following it."""
    servers.hops = artifact_link.REDIRECTS + 1
    with (
        pytest.raises(UnreachableError, match="leads from one address to the next"),
        downloading(servers, tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    "where", ["http://[", "http://127.0.0.1:99999/", "ftp://a.test/b", "https:///x", "/stra\xdfe"]
)
def test_a_storage_that_leads_nowhere_is_told(servers: Servers, tmp_path: Path, where: str) -> None:
    """With the address, which no connection is tried to."""
    servers.hops, servers.leads_to = 1, where
    with (
        pytest.raises(UnreachableError, match="the storage leads to .*" + re.escape(where)),
        downloading(servers, tmp_path),
    ):
        pass


@pytest.mark.parametrize("size", [PIECE - 1, len(DATA)])
def test_a_client_that_is_closed_ends_its_downloads(
    servers: Servers, tmp_path: Path, size: int
) -> None:
    """At once, though the storage says nothing: nobody waits for it after Ctrl-C."""
    with BlockingClient(servers.url, "secret") as client, ThreadPoolExecutor() as threads:
        servers.may_answer.clear()
        state = servers.state(fileSize=size)
        going = threads.submit(download.download, client, state, tmp_path)
        assert servers.is_waited_for.wait(60)
        client.close()
        with pytest.raises(UnreachableError):
            going.result(60)
        servers.may_answer.set()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_lost_on_the_way_is_fetched_again(
    servers: Servers, tmp_path: Path, seed: int
) -> None:
    """Connections break off anywhere, links end in the middle, the storage stumbles."""
    servers.random = Random(seed)
    servers.break_chance = 0.3
    servers.has_ranges = seed % 2 == 0
    servers.link_lives = 3 + seed
    servers.statuses = [503, 500, 403]
    with downloading(servers, tmp_path) as place:
        assert sha256(place.read_bytes()) == sha256(DATA)
    assert servers.links > 1


def test_a_damaged_artifact_takes_no_place(servers: Servers, tmp_path: Path) -> None:
    """The one that lies there stays."""
    (tmp_path / "game.zip").write_text("older")
    with (
        pytest.raises(ExportFailedError, match="damaged"),
        downloading(servers, tmp_path, sha256=sha256(b"else")),
    ):
        pass
    assert (tmp_path / "game.zip").read_text() == "older"


def test_a_storage_that_gives_nothing_is_told(servers: Servers, tmp_path: Path) -> None:
    """After some attempts, with what it answers."""
    servers.statuses = [503] * 100
    with (
        pytest.raises(UnreachableError, match="the storage answered 503"),
        downloading(servers, tmp_path),
    ):
        pass


def test_what_has_expired_meanwhile_is_told(servers: Servers, tmp_path: Path) -> None:
    """By the gateway, which gives no more links."""
    servers.link_lives, servers.last_link = 4, 1
    with pytest.raises(ApiError), downloading(servers, tmp_path):
        pass
