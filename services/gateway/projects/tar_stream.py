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

    It ends at a block of zeros; an entry that comes again is yielded again.

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
        if size <= len(self._chunk):
            return bytes(self._take(size))
        data = bytearray(self._take(size))  # kept piece by piece, bytes that trickle weigh 200 x
        while (left := size - len(data)) > 0:
            self._chunk = memoryview(await self._next())
            data += self._take(left)
        return bytes(data)

    def _take(self, size: int) -> memoryview:
        taken, self._chunk = self._chunk[:size], self._chunk[size:]
        return taken

    async def _next(self) -> bytes:
        try:
            return await anext(self._body)
        except StopAsyncIteration:
            raise InvalidRequestError("the tar ends too early") from None
