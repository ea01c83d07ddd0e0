"""The head of an answer leaves with the first of its body, and none is left without its head."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.service.answer_writes import AnswerTransport
from shared.service.process import listen, serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"
SHORT: Final = [(b"content-length", b"4")]
BLOCK: Final = bytes(64 << 10)
BLOCKS: Final = 1_000
ANSWERS: Final = {
    "GET /": (b"200", b"body"),
    "GET /chunks": (b"200", b"2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"),
    "HEAD /": (b"200", b""),
    "HEAD /chunks": (b"200", b""),
    "GET /empty": (b"204", b""),
    "GET /unchanged": (b"304", b""),
}
UPGRADE: Final = (
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class Recorder(asyncio.Transport):
    """Notes what is written at once."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """One write."""
        self.writes.append(bytes(data))

    def writelines(self, list_of_data: Any) -> None:
        """One write, too."""
        self.writes.append(b"".join(list_of_data))

    def close(self) -> None:
        """The end."""
        self.writes.append(b"closed")


@pytest.mark.parametrize(
    ("written", "together"),
    [
        ([HEAD, b"body"], [HEAD + b"body"]),
        ([HEAD, b"bo", b"dy"], [HEAD + b"bo", b"dy"]),
        ([HEAD, b""], [HEAD]),
        (
            [b"HTTP/1.1 100 Continue\r\n\r\n", HEAD, b"x"],
            [b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + b"x"],
        ),
    ],
)
def test_a_head_is_written_with_what_follows(written: list[bytes], together: list[bytes]) -> None:
    """But for what is said before it."""
    recorder = Recorder()
    answer = AnswerTransport(recorder)
    for data in written:
        answer.write(data)
    assert recorder.writes == together


def test_a_head_without_its_body_is_written_before_the_end() -> None:
    """An application may fail in between."""
    recorder = Recorder()
    answer = AnswerTransport(recorder)
    answer.write(HEAD)
    answer.close()
    assert recorder.writes == [HEAD, b"closed"]


class Application:
    """Answers by the path, and notes what becomes of what it sends."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()
        self.sent_blocks = 0
        self.heard: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": "socket"})
            await send({"type": "websocket.close"})
            return
        path = scope["path"]
        if path == "/asked":
            await receive()
        status = {"/empty": 204, "/unchanged": 304}.get(path, 200)
        headers = SHORT if path in {"/", "/asked", "/failing"} else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if path == "/failing":
            raise ValueError(path)
        if status != 200:
            await send({"type": "http.response.body"})
            return
        if path == "/large":
            for _ in range(BLOCKS):
                await _send_part(send, BLOCK)
                self.sent_blocks += 1
        if path == "/told":
            await _send_part(send, b"")
        if path in {"/late", "/told"}:
            await self._wait(receive)
        await _send_part(send, b"bo")
        await send({"type": "http.response.body", "body": b"dy"})

    async def _wait(self, receive: Any) -> None:
        await receive()
        leaving = asyncio.create_task(receive())
        going_on = asyncio.create_task(self.goes_on.wait())
        await asyncio.wait({leaving, going_on}, return_when=asyncio.FIRST_COMPLETED)
        going_on.cancel()
        if leaving.done():
            self.heard.append(leaving.result()["type"])
            self.goes_on.set()
        leaving.cancel()


async def _send_part(send: Any, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


@pytest.fixture
def application() -> Application:
    """One."""
    return Application()


@pytest_asyncio.fixture
async def port(application: Application) -> AsyncIterator[int]:
    """Of a server with that application."""
    stop = asyncio.Event()
    with listen("127.0.0.1:0") as listener:
        serving = asyncio.create_task(serve(application, listener, stop))
        yield listener.getsockname()[1]
        stop.set()
        await serving


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(asked=st.lists(st.sampled_from(sorted(ANSWERS)), min_size=1, max_size=12))
async def test_whole_answers(port: int, asked: list[str]) -> None:
    """Whatever they have, to requests that come all at once; each in its turn."""
    told = await _told(
        port,
        *(f"{request} HTTP/1.1\r\nHost: a\r\n\r\n" for request in asked[:-1]),
        f"{asked[-1]} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    )
    answers = told.split(b"HTTP/1.1 ")[1:]
    found = [(answer[:3], answer.partition(b"\r\n\r\n")[2]) for answer in answers]
    assert found == [ANSWERS[request] for request in asked]


async def test_an_answer_that_fails_has_its_head_and_ends(port: int) -> None:
    """It lacks what it has announced: the client knows."""
    told = await _told(port, "GET /failing HTTP/1.1\r\nHost: a\r\n\r\n")
    assert told.startswith(b"HTTP/1.1 200 ")
    assert told.endswith(b"\r\n\r\n")


async def test_a_head_waits_for_a_body_that_is_late(port: int, application: Application) -> None:
    """Unless an empty part says that it should go."""
    for path, comes_first in (("/told", True), ("/late", False)):
        application.goes_on.clear()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        if comes_first:
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        else:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.1)
        application.goes_on.set()
        assert (await reader.read()).endswith(ANSWERS["GET /chunks"][1])
        writer.close()


@pytest.mark.parametrize("path", ["/late", "/told"])
async def test_who_leaves_between_head_and_body_is_missed(
    port: int, application: Application, path: str
) -> None:
    """The application hears of it, and the server answers others."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.transport.abort()
    await asyncio.wait_for(application.goes_on.wait(), 30)
    assert application.heard == ["http.disconnect"]
    told = await _told(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert told.endswith(b"body")


async def test_who_does_not_read_is_sent_no_more(port: int, application: Application) -> None:
    """What waits for a client stays small, and arrives whole once it reads."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 10)
    writer.write(b"GET /large HTTP/1.0\r\n\r\n")
    await asyncio.sleep(0.5)
    assert application.sent_blocks < BLOCKS / 2
    told = await reader.read()
    assert told.count(b"\0") == BLOCKS * len(BLOCK)
    writer.close()


async def test_a_connection_becomes_a_socket_after_an_answer(port: int) -> None:
    """What it writes is its own."""
    told = await _told(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", UPGRADE)
    answer, _, rest = told.partition(b"body")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert rest.startswith(b"HTTP/1.1 101 ")
    assert b"\x81\x06socket" in rest


async def test_what_waits_to_be_asked_for_its_body_is_asked(port: int) -> None:
    """A client that expects 100 is told so before it sends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = b"POST /asked HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n"
    writer.write(head + b"Connection: close\r\n\r\n")
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"x")
    assert (await reader.read()).endswith(b"\r\n\r\nbody")
    writer.close()
    await writer.wait_closed()


async def _told(port: int, *requests: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("".join(requests).encode())
    told = await reader.read()
    writer.close()
    await writer.wait_closed()
    return told
