"""The gateway's HTTP interface, as the command line uses it."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from cli.exit_codes import CommandError, UnreachableError, for_status

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

ATTEMPTS: Final = 5
RETRY_STATUS: Final = {429, 502, 503, 504}
NOT_FOUND: Final = 404
PAGE: Final = 200  # as many rows as the gateway lists at a time
LONGEST_WAIT_S: Final = 60.0  # who is asked to wait longer is told so at once


class ApiError(CommandError):
    """The gateway has refused a request: its ``status`` and the whole ``problem``."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        details = "".join(
            f"\n  {d.get('path')}: {d.get('message')}" for d in problem.get("details") or []
        )
        super().__init__(f"{problem.get('detail') or problem.get('title') or status}{details}")
        self.status = status
        self.problem = problem
        self.exit_code = for_status(status)


class Client:
    """One user's connection to one gateway. Every call is repeated while the service is away."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self.url = url.rstrip("/")

    async def get(self, path: str, **query: str | int) -> Any:
        """The JSON that ``path`` answers with."""
        return await self._json("GET", path, params=query)

    async def pages(self, path: str, rows: str, limit: int, **query: str) -> dict[str, Any]:
        """A list that comes in pages, as one answer with at most ``limit`` of its ``rows``."""
        found: list[Any] = []
        more: dict[str, str] = {}
        while True:
            size = min(limit - len(found), PAGE)
            page = await self.get(path, page_size=size, **query, **more)
            found += page[rows]
            if page["nextPageToken"] is None or len(found) >= limit:
                return {**page, rows: found}
            more = {"page_token": page["nextPageToken"]}

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
            await self._check(first)
            location = first.headers.get("Location", url)
        async with aiohttp.ClientSession() as plain, plain.get(location) as answer:
            await self._check(answer)
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
                async with self._session.request(method, f"{self.url}{path}", **options) as answer:
                    wait_s = max(_retry_after_s(answer), 0.5 * 2**attempt)
                    is_last = attempt == ATTEMPTS or wait_s > LONGEST_WAIT_S
                    if answer.status not in RETRY_STATUS or is_last:
                        await self._check(answer)
                        return await answer.json() if answer.status != 204 else None  # noqa: PLR2004 - no content
            except (aiohttp.ClientConnectionError, TimeoutError) as error:
                if attempt == ATTEMPTS:
                    why = str(error) or repr(error)
                    raise UnreachableError(f"no answer from {self.url}: {why}") from error
                wait_s = 0.5 * 2**attempt
            await asyncio.sleep(wait_s)
        raise AssertionError  # the last attempt has returned or raised

    async def _check(self, answer: aiohttp.ClientResponse) -> None:
        if answer.status < 400:  # noqa: PLR2004 - RFC 9110 section 15
            return
        try:
            problem = await answer.json(content_type=None)
        except ValueError:
            problem = {"detail": f"{answer.url.path} answered {answer.status}"}
        if answer.status in RETRY_STATUS:
            raise UnreachableError(f"{self.url}: {problem.get('detail')}")
        raise ApiError(answer.status, problem)


def _retry_after_s(answer: aiohttp.ClientResponse) -> float:
    """How long the service asks for; 0 where it does not say."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0.0


@asynccontextmanager
async def connect(url: str, token: str, *, user: str | None = None) -> AsyncIterator[Client]:
    """Connect with a token; one of the role ``service`` may name the user whom it acts for."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)
    connector = aiohttp.TCPConnector(limit=16)
    headers = {"Authorization": f"Bearer {token}"}
    if user is not None:
        headers["X-Aethel-User"] = user
    async with aiohttp.ClientSession(
        timeout=timeout, connector=connector, headers=headers
    ) as session:
        yield Client(session, url)
