"""Many ranges of few large objects: each object's URL is signed once for all of its ranges.

A read through the S3 client costs milliseconds of signing and parsing; here it is one plain HTTP
request. Reads that break off are taken up again where they stood.
"""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import aiohttp

from shared.metrics import storage as metrics
from shared.storage import timing
from shared.storage.s3_client import ObjectMissingError, StorageUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from shared.storage.bucket import Storage
    from shared.storage.refusals import Kind

URL_LIVES_S: Final = 900
URL_USED_S: Final = 600  # then it is signed anew: clocks differ
URLS: Final = 1_000  # remembered
BUFFER_BYTES: Final = 256 << 10  # of one read; aiohttp holds up to twice as many
ATTEMPTS: Final = 3  # without a byte in between
FAILED: Final[dict[int, Kind | None]] = {  # what a status is; any other: that it is away
    HTTPStatus.PARTIAL_CONTENT: None,
    HTTPStatus.NOT_FOUND: "missing",
}
TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=60)


class RangedReads:
    """Reads of one bucket, with HTTP connections of their own."""

    def __init__(self, storage: Storage, session: aiohttp.ClientSession) -> None:
        self._storage = storage
        self._session = session
        self._urls: dict[str, tuple[str, float]] = {}  # and when they are signed anew, monotonic

    async def read(self, key: str, offset: int, size_bytes: int) -> bytes:
        """A range that is known to be small.

        Raises:
            ObjectMissingError: No such object.
            StorageUnavailableError: The storage is away, or the object ends before the range does.
        """
        return b"".join([block async for block in self.blocks(key, offset, size_bytes)])

    async def blocks(self, key: str, offset: int, size_bytes: int) -> AsyncGenerator[bytes, None]:
        """Stream a range, in blocks of at most twice ``BUFFER_BYTES`` (raises as :meth:`read`)."""
        at, end, failures = offset, offset + size_bytes, 0
        while at < end:
            before = at
            try:
                async for block in self._once(key, at, end):
                    at += len(block)
                    yield block
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                self._urls.pop(key, None)  # its signature may be what is wrong
                failures = 1 if at > before else failures + 1
                if failures >= ATTEMPTS:
                    message = f"no answer from the storage for {key}: {error!r}"
                    raise StorageUnavailableError(message) from error

    async def _once(self, key: str, at: int, end: int) -> AsyncGenerator[bytes, None]:
        """What one request gives of a range."""
        async with self._asked(await self._url(key), f"bytes={at}-{end - 1}") as answer:
            if answer.status == HTTPStatus.NOT_FOUND:
                raise ObjectMissingError(f"{key} is not in the storage")
            if answer.status != HTTPStatus.PARTIAL_CONTENT:
                message = f"the storage answered {answer.status} for a range of {key}"
                raise aiohttp.ClientConnectionError(message)
            async for block, _ in answer.content.iter_chunks():  # as they came, without a copy
                metrics.READ_BYTES.inc(len(block))
                yield block

    @asynccontextmanager
    async def _asked(self, url: str, span: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request, measured until the head of its answer is there."""
        began = time.perf_counter()
        try:
            answer = await self._session.get(
                url, headers={"Range": span}, read_bufsize=BUFFER_BYTES
            )
        except (aiohttp.ClientError, TimeoutError, OSError):
            timing.ended(timing.READ, began, "unavailable")
            raise
        timing.ended(timing.READ, began, FAILED.get(answer.status, "unavailable"))
        async with answer:
            yield answer

    async def _url(self, key: str) -> str:
        url, until = self._urls.pop(key, ("", 0.0))
        if until <= time.monotonic():
            url = await self._storage.own_url(key, expires_s=URL_LIVES_S)
            until = time.monotonic() + URL_USED_S
        self._urls[key] = url, until  # the latest used stands last
        if len(self._urls) > URLS:
            del self._urls[next(iter(self._urls))]
        return url


@asynccontextmanager
async def open_ranged_reads(storage: Storage) -> AsyncIterator[RangedReads]:
    """Reads of a bucket; their connections are closed at the end.

    There is no limit to these connections: a slow reader holds one, and must not keep others out.
    """
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, timeout=TIMEOUT, auto_decompress=False
    ) as session:
        yield RangedReads(storage, session)
