"""The gateway's HTTP interface for coroutines: whoever follows exports has many calls under way."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from cli.answers import (
    ATTEMPTS,
    ApiError,
    asked_again_after_s,
    check,
    leads_elsewhere,
    unanswered,
    wait_s,
)
from cli.blocking_client import BlockingClient, headers_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

__all__ = ["ApiError", "Client", "connect"]


class Client:
    """One user's connection to one gateway. Every call is repeated while the service is away."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, token: str, *, user: str | None = None
    ) -> None:
        self._session = session
        self._token = token
        self._user = user
        self.url = url.rstrip("/")

    def blocking(self) -> BlockingClient:
        """The same for threads."""
        return BlockingClient(self.url, self._token, user=self._user)

    async def get(self, path: str, **query: str | int) -> Any:
        """The JSON that ``path`` answers with."""
        return await self._json("GET", path, params=query)

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send JSON, get JSON."""
        return await self._json(method, path, json=body, headers=headers)

    async def delete(self, path: str, **query: str) -> None:
        """Remove what ``path`` names."""
        await self._json("DELETE", path, params=query)

    async def upload(
        self, method: str, path: str, content: Callable[[], Any], *, size_bytes: int
    ) -> Any:
        """Send raw bytes; ``content`` opens them anew for every attempt."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size_bytes)}
        return await self._json(method, path, content=content, headers=headers)

    async def request_export(self, project_id: str, body: dict[str, Any]) -> Any:
        """Ask for an export, once however often the request has to be repeated."""
        return await self.act(f"/api/projects/{project_id}/export", body)

    async def act(self, path: str, body: Any = None) -> Any:
        """POST something that is to be done once however often the request has to be repeated."""
        return await self.send("POST", path, body, **{"Idempotency-Key": uuid.uuid4().hex})

    @asynccontextmanager
    async def open(self, url: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """A download as it streams in; redirects are followed without our token."""
        async with self._session.get(url, allow_redirects=False) as first:
            if not leads_elsewhere(first.status):
                await _told(self.url, first)
            location = first.headers.get("Location", url)
        async with aiohttp.ClientSession() as plain, plain.get(location) as answer:
            if not answer.ok:
                await _told(self.url, answer)
            yield answer

    async def websocket(self, url: str) -> aiohttp.ClientWebSocketResponse:
        """Connect to the status service; the ticket in the URL says who we are."""
        return await self._session.ws_connect(url, heartbeat=30)

    async def _json(
        self, method: str, path: str, *, content: Callable[[], Any] | None = None, **options: Any
    ) -> Any:
        for attempt in range(1, ATTEMPTS + 1):
            if content is not None:
                options["data"] = content()
            try:
                async with self._session.request(
                    method, f"{self.url}{path}", allow_redirects=False, **options
                ) as answer:
                    pause_s = asked_again_after_s(
                        answer.status, answer.headers.get("Retry-After"), attempt
                    )
                    if pause_s is None:
                        return await _told(self.url, answer)
            except (aiohttp.ClientConnectionError, TimeoutError) as error:
                if attempt == ATTEMPTS:
                    raise unanswered(self.url, error) from error
                pause_s = wait_s(attempt)
            await asyncio.sleep(pause_s)
        raise AssertionError  # the last attempt has returned or raised


async def _told(url: str, answer: aiohttp.ClientResponse) -> Any:
    """The JSON of an answer (raises what :func:`.check` does)."""
    content, location = await answer.read(), answer.headers.get("Location")
    path = str(answer.url.with_query(None)).removeprefix(url)
    return check(url, path, answer.status, content, location)


@asynccontextmanager
async def connect(url: str, token: str, *, user: str | None = None) -> AsyncIterator[Client]:
    """Connect with a token; one of the role ``service`` may name the user whom it acts for."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)
    connector = aiohttp.TCPConnector(limit=16)
    async with aiohttp.ClientSession(
        timeout=timeout, connector=connector, headers=headers_of(token, user)
    ) as session:
        yield Client(session, url, token, user=user)
