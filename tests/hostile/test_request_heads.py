from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio

from cli.local.ports import free_ports
from shared.service import http_protocol, process, websocket_protocol
from shared.service.http_protocol import HEAD_BYTES, HEADERS, PIPELINED, BoundedHttpProtocol
from shared.service.process import listen, serve
from shared.settings import HttpSettings

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Iterator

FLOOD_BYTES: Final = 8 << 20
LARGE: Final = 16 << 20  # more than any socket holds
GOOD: Final = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST: Final = GOOD[:-2] + b"Connection: close\r\n\r\n"
UPGRADE: Final = (
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


class Server:
    """Every service's HTTP server, before an application that notes what it was given."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.seen: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer with the length of the body; "/early" before it has come, "/large" at length.

        A WebSocket gets a large message unless its path is "/"; after that it is closed for
        "/closed", and waits for its client for "/waiting".
        """
        self.seen.append(scope)
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            if scope["path"] != "/":
                await send({"type": "websocket.send", "text": "x" * LARGE})
                if scope["path"] == "/closed":
                    await send({"type": "websocket.close"})
                if scope["path"] == "/waiting":
                    await receive()
                return
            await send({"type": "websocket.send", "text": "hello"})
            await receive()
            return
        size, more = 0, scope["path"] != "/early"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size, more = size + len(message["body"]), message["more_body"]
        body = b"x" * LARGE if scope["path"] == "/large" else b"%d" % size
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def exchange(self, *pieces: bytes) -> list[int]:
        """Send what the server takes, and read to its end: the status of each answer."""
        async with self.connected() as (reader, writer):
            reading = asyncio.create_task(reader.read())
            with suppress(ConnectionError):
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
            return statuses(await reading)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection, its other end gone when it is left."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


def statuses(answers: bytes) -> list[int]:
    """What each answer of a connection says."""
    return [int(part[:3]) for part in answers.split(b"HTTP/1.1 ")[1:]]


@asynccontextmanager
async def serving(**limits: Any) -> AsyncIterator[Server]:
    """A server on a port of its own."""
    (port,) = free_ports(1)
    server, stop = Server(port), asyncio.Event()
    task = asyncio.create_task(
        serve(server, listen(f"127.0.0.1:{port}"), stop, limits=HttpSettings(**limits))
    )
    try:
        yield server
    finally:
        stop.set()
        await task


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    """One with the limits that services have."""
    async with serving() as opened:
        yield opened


def endless(rng: random.Random) -> bytes:
    """A head that is too large in one of many ways, and much larger than it may be."""
    letters = bytes(rng.choices(b"abcdefghijklmnopqrstuvwxyz", k=rng.randint(1, 40)))
    many = FLOOD_BYTES // len(letters)
    line = b"GET / HTTP/1.1\r\nHost: a\r\n"
    return rng.choice(
        [
            b"GET /" + letters * many,
            b"GET /?" + letters * many,
            b"GET /" + b"%2e" * (FLOOD_BYTES // 3) + b" HTTP/1.1\r\n\r\n",
            letters.upper() * many,
            line + letters * many,
            line + letters + b": " + letters * many,
            line + letters + b":" + b" " * FLOOD_BYTES,
            line + (letters + b": " + letters + b"\r\n") * (FLOOD_BYTES // (2 * len(letters) + 4)),
            line + b"x:\r\n" * (FLOOD_BYTES // 4),
            b"\r\n" * (FLOOD_BYTES // 2),
            UPGRADE + b"Cookie: " + letters * many,
            UPGRADE + b"x: y\r\n" * (FLOOD_BYTES // 6),
        ]
    )


def pieces(data: bytes, rng: random.Random) -> Iterator[bytes]:
    """The same bytes, as a network might bring them."""
    size = rng.choice([1 << 10, 9_999, 64 << 10, 1 << 20, len(data)])
    return (data[at : at + size] for at in range(0, len(data), size))


async def test_a_head_without_end_is_refused(
    server: Server, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """431, or 400 where it is no HTTP either, whichever part has no end; the next one is served."""
    for _ in rounds(12):
        attack = endless(rng)
        answers = await server.exchange(*pieces(attack, rng))
        assert answers in ([431], [400]), attack[:80]
        assert not server.seen
    assert await server.exchange(LAST) == [200]


async def test_what_a_refused_client_still_sends_is_read_at_leisure(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its answer; reading on as fast as it sends would hold up everybody else."""
    monkeypatch.setattr(http_protocol, "PAUSE_S", 3_600.0)
    monkeypatch.setattr(http_protocol, "LINGER_S", 0.2)
    taken = []
    read = BoundedHttpProtocol.data_received

    def counted(self: BoundedHttpProtocol, data: bytes) -> None:
        taken.append(len(data))
        read(self, data)

    monkeypatch.setattr(BoundedHttpProtocol, "data_received", counted)
    assert await server.exchange(b"GET /", *[b"a" * (1 << 20)] * 32) == [431]
    assert len(taken) <= 4  # the first bytes, what was too much, and one piece more
    assert await server.exchange(LAST) == [200]


@pytest.mark.parametrize("upgrade", [False, True])
async def test_a_head_in_one_piece_is_judged_by_its_size(
    server: Server, rng: random.Random, upgrade: bool
) -> None:
    """One within the limit passes; one byte sequence beyond it does not, however fast it came."""
    start = UPGRADE if upgrade else GOOD[:-2] + b"Connection: close\r\n"
    for size, status in ((7_000, 101 if upgrade else 200), (HEAD_BYTES + 1, 431)):
        head = start + b"Cookie: " + b"c" * size + b"\r\n\r\n"
        async with server.connected() as (reader, writer):
            for piece in pieces(head, rng):
                writer.write(piece)
            line = await reader.readline()
            assert line.startswith(b"HTTP/1.1 %d " % status)


async def test_a_websockets_head_that_its_parser_would_choke_on_is_refused(server: Server) -> None:
    """Uvicorn would drop the connection without a word, and write a stack into the log."""
    head = UPGRADE + b"Cookie: " + b"c" * 9_000 + b"\r\n\r\n"
    assert await server.exchange(head) == [431]
    assert not server.seen


async def test_the_number_of_headers_is_limited(server: Server) -> None:
    """However small each of them is."""
    head = GOOD[:-2] + b"Connection: close\r\n"
    assert await server.exchange(head + b"a: b\r\n" * (HEADERS - 2) + b"\r\n") == [200]
    assert await server.exchange(head + b"a: b\r\n" * (HEADERS - 1) + b"\r\n") == [431]


@pytest.mark.parametrize(
    "url", [b"/" + b"a" * 8_000, b"/?" + b"a=1&" * 64, b"/?q=" + b"%00" * 3_000]
)
async def test_urls_are_limited(server: Server, url: bytes) -> None:
    """A thousand of them are remembered with all of their parameters."""
    assert await server.exchange(LAST.replace(b"GET /", b"GET " + url)) == [414]
    assert not server.seen


def chunked(chunk: bytes, *, path: bytes = b"/") -> bytes:
    """A request whose body is framed by chunks."""
    head = b"POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head % path + chunk


async def test_what_frames_a_body_has_the_same_limit(server: Server) -> None:
    """Extensions of chunks and trailers; chunks of one byte each are fine."""
    tiny = b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n"
    assert await server.exchange(chunked(tiny)) == [200]
    for endless_framing in (
        b"1;" + b"e" * FLOOD_BYTES,
        (b"1;" + b"e" * 60_000 + b"\r\nx\r\n") * (FLOOD_BYTES // 60_000),
        b"0" * FLOOD_BYTES,
        b"0\r\nt: " + b"v" * FLOOD_BYTES,
        b"0\r\n" + b"t: v\r\n" * (FLOOD_BYTES // 6),
    ):
        answers = await server.exchange(*pieces_of(chunked(endless_framing)))
        assert answers in ([431], [400]), endless_framing[:20]


def pieces_of(data: bytes) -> Iterator[bytes]:
    """In pieces of 64 KiB."""
    return (data[at : at + (64 << 10)] for at in range(0, len(data), 64 << 10))


async def test_trailers_are_no_headers(server: Server) -> None:
    """Nobody gives a request a header after it was judged."""
    body = b"1\r\nx\r\n0\r\nAuthorization: Bearer stolen\r\nX-Aethel-User: victim\r\n\r\n"
    assert await server.exchange(chunked(body)) == [200]
    (scope,) = server.seen
    assert not {b"authorization", b"x-aethel-user"} & {name for name, _ in scope["headers"]}


async def test_requests_wait_in_a_short_line(server: Server) -> None:
    """Those before the line's end are answered, in order; then the connection ends."""
    answers = await server.exchange(GOOD * 10_000)
    assert answers == [200] * len(answers)
    assert 1 <= len(answers) <= PIPELINED + 1
    assert len(server.seen) <= PIPELINED + 1


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"", b""),
        (b"\r\n", b"\r\n"),
        (b"GE", b""),
        (b"GET /", b"a"),
        (GOOD[:-2], b"a"),
        (UPGRADE, b"a"),
        (GOOD + b"GET /", b"a"),
    ],
    ids=["silence", "blank", "method", "url", "headers", "upgrade", "second"],
)
async def test_a_head_must_be_complete_in_time(start: bytes, more: bytes) -> None:
    """408, or the end where nothing was said; a byte now and then does not help."""
    async with serving(head_timeout_s=1.0) as server, server.connected() as (reader, writer):
        writer.write(start)

        async def trickle() -> None:
            with suppress(ConnectionError):
                while more:
                    writer.write(more)
                    await writer.drain()
                    await asyncio.sleep(0.05)

        trickling = asyncio.create_task(trickle())
        answers = await reader.read()
        trickling.cancel()
        before = [200] if start.startswith(GOOD) else []
        assert statuses(answers) == ([*before, 408] if start else [])


async def test_the_rest_of_an_answered_body_must_come_in_time() -> None:
    """Who was refused before the body had come holds no connection by not sending it."""
    async with serving(head_timeout_s=1.0) as server, server.connected() as (reader, writer):
        writer.write(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        writer.write(b"first")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        with suppress(ConnectionError):
            while True:
                writer.write(b"a")
                await writer.drain()
                await asyncio.sleep(0.05)


async def test_a_long_answer_is_not_cut_off() -> None:
    """The time for heads does not run while a request is being answered."""
    async with serving(head_timeout_s=0.05) as server, server.connected() as (reader, writer):
        writer.write(GOOD.replace(b"/ ", b"/large "))
        await reader.readexactly(1)
        writer.write(b"GET / HT")
        await asyncio.sleep(0.3)  # six times as long as a head may take
        assert len(await reader.read()) > LARGE


async def test_a_client_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that was opened for its answer stays open for ever."""
    monkeypatch.setattr(http_protocol, "UNREAD_S", 0.2)
    async with serving() as server, server.connected() as (reader, writer):
        writer.write(GOOD.replace(b"/ ", b"/large "))
        await asyncio.to_thread(server_gone, server.port, writer.get_extra_info("sockname")[1])
        with suppress(ConnectionError):
            assert len(await reader.read()) < LARGE


@pytest.mark.parametrize("path", [b"/large", b"/closed", b"/waiting"])
async def test_a_websocket_that_is_over_ends(path: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where its client never takes what was sent to it, nor answers a ping."""
    monkeypatch.setattr(websocket_protocol, "GOODBYE_S", 0.2)
    if path == b"/waiting":
        monkeypatch.setattr(process, "PING_S", 0.1)
        monkeypatch.setattr(process, "PONG_S", 0.1)
    async with serving() as server, server.connected() as (_, writer):
        writer.write(UPGRADE.replace(b"/ ", path + b" ") + b"\r\n")
        await asyncio.to_thread(server_gone, server.port, writer.get_extra_info("sockname")[1])


def server_gone(port: int, peer: int) -> None:
    """Wait until the server's end of a connection is no longer established (``/proc/net/tcp``)."""
    established, ends = "01", (f":{port:04X}", f":{peer:04X}")
    while True:
        with open("/proc/net/tcp", encoding="ascii") as table:  # noqa: PTH123
            rows = [line.split() for line in table]
        if not any(
            row[1].endswith(ends[0]) and row[2].endswith(ends[1]) and row[3] == established
            for row in rows
        ):
            return


async def test_connections_are_counted() -> None:
    """Beyond the most: 503 in words, and beyond that the end; a place that is free is free."""
    async with serving(max_connections=5) as server:
        held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(5)]
        for _ in range(3):
            async with server.connected() as (reader, writer):
                answer = await reader.read()
                assert answer.startswith(b"HTTP/1.1 503 ")
                assert b"Retry-After" in answer
                assert (
                    json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "too-many-connections"
                )
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        while await server.exchange(LAST) != [200]:
            pass


async def test_websockets_take_no_place_of_requests() -> None:
    """They have a limit of their own."""
    async with serving(max_connections=1) as server:
        for _ in range(3):
            async with server.connected() as (reader, writer):
                writer.write(UPGRADE + b"\r\n")
                assert (await reader.readline()).startswith(b"HTTP/1.1 101 ")
                await reader.readuntil(b"hello")
        assert await server.exchange(LAST) == [200]
