"""The npm registry is read over HTTP; every address is made here, of names that were checked.

No address comes from a lock file or from the registry's own documents, and none leads to another
server: the token and the packager's way out are for the operator's registry alone.

Source: https://github.com/npm/registry/tree/main/docs (REGISTRY-API, responses/package-metadata)
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote

import aiohttp
import structlog
from yarl import URL

from services.packager.registry.faults import FaultError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

log = structlog.get_logger()

REQUESTS: Final = 16  # in flight at a time, of one packager
DOCUMENTS: Final = 6  # of these, that are held in memory while they come
REDIRECTS: Final = 3
BLOCK_BYTES: Final = 1 << 20
CONNECT_S: Final = 10.0
READ_S: Final = 30.0  # without a byte
REQUEST_S: Final = 120.0  # from its beginning to its last byte
PAUSES_S: Final = (0.5, 2.0)  # before the second and the third attempt
MAX_METADATA_BYTES: Final = 48 << 20  # of all versions of one package; the largest have a third
MAX_TARBALL_BYTES: Final = 60 << 20
# The short form, which has what an installation needs.
METADATA: Final = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
T = TypeVar("T")


class NpmRegistry:
    """Reads one registry; it is entered and left with its process."""

    def __init__(self, session: aiohttp.ClientSession, url: str, *, token: str = "") -> None:
        self._session = session
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._requests = asyncio.Semaphore(REQUESTS)
        self._documents = asyncio.Semaphore(DOCUMENTS)
        self.key = hashlib.sha256(self._url.encode()).hexdigest()[
            :16
        ]  # apart from others in caches

    async def metadata(self, name: str) -> bytes:
        """All that an installation needs to know of a package, JSON.

        Raises:
            FaultError: Why not.
        """

        async def read() -> bytes:
            headers = {"Accept": METADATA, "Accept-Encoding": "gzip"}
            async with self._documents, self._opened(_escaped(name), headers) as answer:
                return b"".join([block async for block in _blocks(answer, MAX_METADATA_BYTES)])

        return await patiently(read)

    @asynccontextmanager
    async def tarball(self, name: str, version: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The blocks of a package's ``.tgz``, as they come.

        Raises:
            FaultError: Why not.
        """
        file = f"{name.rpartition('/')[2]}-{version}.tgz"
        path = f"{quote(name, safe='@/')}/-/{quote(file, safe='')}"
        async with self._opened(path, {"Accept-Encoding": "identity"}) as answer:
            yield _blocks(answer, MAX_TARBALL_BYTES)

    @asynccontextmanager
    async def _opened(
        self, path: str, headers: dict[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The registry's answer; whatever goes wrong with it inside of the block is a fault."""
        try:
            async with self._requests, asyncio.timeout(REQUEST_S):
                answer = await self._followed(URL(f"{self._url}/{path}", encoded=True), headers)
                async with answer:
                    _check(answer)
                    yield answer
        except TimeoutError as error:
            raise FaultError("away", "it took too long") from error
        except aiohttp.ClientError as error:
            log.warning("registry.away", error=repr(error))
            raise FaultError("away", "the connection failed") from error

    async def _followed(self, url: URL, headers: dict[str, str]) -> aiohttp.ClientResponse:
        """The answer behind redirects, which may not lead to another server."""
        origin = url.origin()
        for _ in range(REDIRECTS + 1):
            answer = await self._session.get(
                url, headers={**headers, **self._headers}, allow_redirects=False
            )
            if "Location" not in answer.headers or answer.status not in _REDIRECTS:
                return answer
            answer.close()
            url = _joined(url, answer.headers["Location"])
            if url.origin() != origin:
                log.warning("registry.elsewhere", to=str(url.origin()))
                raise FaultError("elsewhere")
        raise FaultError("elsewhere", "too many redirects")


@asynccontextmanager
async def open_registry(url: str, token: str = "") -> AsyncIterator[NpmRegistry | None]:
    """The operator's registry; None where there is none."""
    if not url:
        yield None
        return
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=READ_S)
    connector = aiohttp.TCPConnector(limit=REQUESTS)
    async with aiohttp.ClientSession(
        timeout=timeout,
        connector=connector,
        trust_env=True,  # operators may have a proxy
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        yield NpmRegistry(session, url, token=token)


async def patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    """Try again, after a pause, what failed because the registry is away.

    Raises:
        FaultError: Of the last attempt.
    """
    for pause_s in PAUSES_S:
        try:
            return await attempt()
        except FaultError as error:
            if error.fault.kind != "away":
                raise
        await asyncio.sleep(pause_s)
    return await attempt()


def _escaped(name: str) -> str:
    """A scope and a name are one part of the path."""
    return quote(name, safe="@")


def _joined(url: URL, location: str) -> URL:
    try:
        joined = url.join(URL(location))
        joined.origin()
    except ValueError as error:
        raise FaultError("elsewhere", "to no address") from error
    return joined


def _check(answer: aiohttp.ClientResponse) -> None:
    match answer.status:
        case HTTPStatus.OK:
            return
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE | HTTPStatus.METHOD_NOT_ALLOWED:
            raise FaultError("missing")
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise FaultError("refused", f"status {answer.status}")
        case status:
            raise FaultError("away", f"status {status}")


async def _blocks(answer: aiohttp.ClientResponse, max_bytes: int) -> AsyncIterator[bytes]:
    """What comes, counted before it is kept: the announced size may be a lie."""
    size = 0
    if (answer.content_length or 0) > max_bytes:
        raise FaultError("too-large", f"more than {max_bytes:,} bytes")
    async for block in answer.content.iter_chunked(BLOCK_BYTES):
        size += len(block)
        if size > max_bytes:
            raise FaultError("too-large", f"more than {max_bytes:,} bytes")
        yield block
