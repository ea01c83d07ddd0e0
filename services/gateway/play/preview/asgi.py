"""Plain ASGI, as far as a server of files needs it: heads come in, replies go out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import aclosing
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec

from shared.metrics import previews as metrics

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A request without its body; names of headers in lower case, the first of each counts."""

    method: str
    path: str  # decoded
    query: str
    headers: dict[str, str]

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> Head:
        """The head in an ASGI scope."""
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
        return cls(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
        )


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered; nothing is read before ``blocks`` are iterated."""

    status: HTTPStatus
    headers: dict[str, str]
    blocks: AsyncGenerator[bytes, None] | None = None


class BrokenReplyError(Exception):
    """The reply had begun when its stream failed: the connection is cut, so that it shows."""


async def whole(body: bytes) -> AsyncGenerator[bytes, None]:
    """A body that is there already."""
    yield body


async def read_body(receive: Receive, *, limit: int) -> bytes:
    """The body of a request; what is beyond the limit is left out."""
    body, more = b"", True
    while more and len(body) < limit:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body[:limit]


async def send_reply(reply: Reply, *, head_only: bool, receive: Receive, send: Send) -> None:
    """Send it; a client that has gone ends the reading.

    Raises:
        BrokenReplyError: Its stream failed on the way. What fails before the first block is raised
            as it is: another reply can still be sent.
    """
    start: dict[str, Any] = {
        "type": "http.response.start",
        "status": int(reply.status),
        "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in reply.headers.items()],
    }
    if head_only or reply.blocks is None:
        await send(start)
        await send({"type": "http.response.body", "body": b""})
        return
    leaving = asyncio.create_task(_until_gone(receive))
    try:
        async with aclosing(reply.blocks) as blocks:
            first = await anext(blocks, b"")
            await send(start)
            await _send_block(send, first)
            await _send_rest(blocks, leaving, send)
    finally:
        leaving.cancel()


async def _send_rest(
    blocks: AsyncGenerator[bytes, None], leaving: asyncio.Task[None], send: Send
) -> None:
    try:
        async for block in blocks:
            if leaving.done():
                return
            await _send_block(send, block)
    except Exception as error:
        raise BrokenReplyError(str(error)) from error
    await send({"type": "http.response.body", "body": b""})


async def _send_block(send: Send, block: bytes) -> None:
    await send({"type": "http.response.body", "body": block, "more_body": True})
    metrics.BYTES.inc(len(block))


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
