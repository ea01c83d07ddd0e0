"""The head of an answer leaves with the first of its body, and none is left without its head."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio

from shared.service.answer_writes import AnswerTransport
from shared.service.process import listen, serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"
SHORT: Final = [(b"content-length", b"4")]


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


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Answer by the path."""
    path = scope["path"]
    if path == "/asked":
        await receive()
    status = {"/empty": 204, "/unchanged": 304}.get(path, 200)
    headers = [] if path in {"/chunks", "/empty", "/unchanged"} else SHORT
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if path == "/failing":
        raise ValueError(path)
    if status != 200:
        await send({"type": "http.response.body"})
        return
    await send({"type": "http.response.body", "body": b"bo", "more_body": True})
    await send({"type": "http.response.body", "body": b"dy"})


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    """Of a server with that application."""
    stop = asyncio.Event()
    with listen("127.0.0.1:0") as listener:
        serving = asyncio.create_task(serve(_app, listener, stop))
        yield listener.getsockname()[1]
        stop.set()
        await serving


@pytest.mark.parametrize(
    ("request_", "status", "body"),
    [
        ("GET /", b"200", b"body"),
        ("GET /chunks", b"200", b"2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"),
        ("HEAD /", b"200", b""),
        ("HEAD /chunks", b"200", b""),
        ("GET /empty", b"204", b""),
        ("GET /unchanged", b"304", b""),
        ("GET /failing", b"200", b""),
    ],
)
async def test_whole_answers(port: int, request_: str, status: bytes, body: bytes) -> None:
    """Whatever an answer has; the second one over a connection is as the first."""
    told = await _told(
        port,
        f"{request_} HTTP/1.1\r\nHost: a\r\n\r\n" * (request_ != "GET /failing"),
        f"{request_} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    )
    answers = told.split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [status] * (1 + (request_ != "GET /failing"))
    assert [answer.partition(b"\r\n\r\n")[2] for answer in answers] == [body] * len(answers)


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
