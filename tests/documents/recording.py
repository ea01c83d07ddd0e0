"""What a real stack sends while it is used: answers, messages of the streams and of WebSockets."""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from documents.operations import overlap
from documents.streams import CHANNELS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from documents.streams import Channel
    from tests.chaos.world import World


@dataclass(frozen=True)
class Answer:
    """One answer of the gateway or of another service; ``body`` is JSON, text, or bytes."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: Any
    sent: Any = None  # the request's body, where it was JSON

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass(frozen=True)
class Heard:
    """One message under a subject of NATS."""

    subject: str
    headers: dict[str, str]
    payload: bytes

    @property
    def channel(self) -> Channel | None:
        return next((c for c in CHANNELS if overlap(c.subjects, self.subject)), None)


@dataclass
class WatchedSocket:
    """One WebSocket from its opening to its close."""

    messages: list[dict[str, Any]]
    code: int | None = None


@dataclass
class Recording:
    """Everything that was sent."""

    answers: list[Answer] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    watched: list[WatchedSocket] = field(default_factory=list)


class Recorder:
    """Uses a stack, and records what comes back."""

    def __init__(self, world: World, session: aiohttp.ClientSession) -> None:
        self.recording = Recording()
        self._world = world
        self._session = session

    async def ask(
        self,
        method: str,
        path: str,
        *,
        user: str | None = "player",
        role: str = "user",
        data: bytes | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
        base: str = "",
    ) -> Any:
        """The body of an answer."""
        token = {"Authorization": f"Bearer {self._world.token(user, role=role)}"} if user else {}
        options: dict[str, Any] = {"data": io.BytesIO(data)} if data is not None else {}
        if body is not None:
            options["json"] = body
        async with self._session.request(
            method,
            (base or self._world.gateway_url) + path,
            headers={**token, **(headers or {})},
            allow_redirects=False,
            **options,
        ) as answer:
            payload = await answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "")
            found = Answer(
                method=method,
                path=path,
                status=answer.status,
                headers={name.lower(): value for name, value in answer.headers.items()},
                body=json.loads(payload) if is_json and payload else payload,
                sent=body,
            )
        self.recording.answers.append(found)
        return found.body

    async def watch(self, url: str, *, protocols: tuple[str, ...] = ()) -> WatchedSocket:
        """All that a WebSocket sends until it is closed; it can be looked at before."""
        messages: list[dict[str, Any]] = []
        found = WatchedSocket(messages)
        self.recording.watched.append(found)
        async with self._session.ws_connect(url, protocols=protocols) as socket:
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    messages.append(json.loads(frame.data))  # noqa: PERF401 - read meanwhile
        found.code = socket.close_code
        return found


async def until(question: Callable[[], Any]) -> None:
    """Wait until a condition holds; the test's own time-out bounds it."""
    while not question():  # noqa: ASYNC110 - nobody would wake us
        await asyncio.sleep(0.05)


@asynccontextmanager
async def recorder(world: World, nc: Client) -> AsyncIterator[Recorder]:
    """Records every message of the streams from now on, as it is published."""
    async with aiohttp.ClientSession() as session:
        recording = Recorder(world, session)

        async def hear(message: Msg) -> None:
            heard = Heard(message.subject, message.headers or {}, message.data)
            recording.recording.heard.append(heard)

        for subject in {channel.subjects for channel in CHANNELS}:
            await nc.subscribe(subject, cb=hear)
        await nc.flush()
        yield recording
        await nc.flush()
