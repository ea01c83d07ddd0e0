"""Many small blobs in one uncompressed tar, read as it streams in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.domain.blob_tar import BLOCK, NotATarError, read_tar_header
from shared.errors import InvalidRequestError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MAX_ENTRY_BYTES: Final = 8 << 20


async def read_entries(body: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, bytes]]:
    """Each entry's name (a SHA-256, not yet checked) and bytes.

    Raises:
        InvalidRequestError: Not a plain tar of plain files named by their hash, or cut short.
        TooLargeError: An entry that should have come by itself.
    """
    source = _ExactReader(body)
    while True:
        header = await source.read(BLOCK)
        if header.count(0) == BLOCK:
            return
        try:
            sha256, size = read_tar_header(header)
        except NotATarError as error:
            raise InvalidRequestError(str(error)) from error
        if size > MAX_ENTRY_BYTES:
            raise TooLargeError(f"{sha256}: send blobs above {MAX_ENTRY_BYTES} bytes by PUT")
        data = await source.read(size)
        await source.read(-size % BLOCK)
        yield sha256, data


class _ExactReader:
    """Reads as many bytes as asked for from a stream of chunks."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body = body
        self._chunk = memoryview(b"")

    async def read(self, size: int) -> bytes:
        taken = [self._take(size)]
        left = size - len(taken[0])
        while left > 0:
            self._chunk = memoryview(await self._next())
            taken.append(self._take(left))
            left -= len(taken[-1])
        return b"".join(taken)

    def _take(self, size: int) -> memoryview:
        taken, self._chunk = self._chunk[:size], self._chunk[size:]
        return taken

    async def _next(self) -> bytes:
        try:
            return await anext(self._body)
        except StopAsyncIteration:
            raise InvalidRequestError("the tar ends too early") from None
