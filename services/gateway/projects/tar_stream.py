"""Many small blobs in one uncompressed tar, read as it streams in."""

from __future__ import annotations

import re
import tarfile
from typing import TYPE_CHECKING, Final

from shared.errors import InvalidRequestError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BLOCK: Final = tarfile.BLOCKSIZE
MAX_ENTRY_BYTES: Final = 8 << 20
_SHA256: Final = re.compile("[0-9a-f]{64}")


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
            entry = tarfile.TarInfo.frombuf(header, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError) as error:
            raise InvalidRequestError(f"not a tar header: {error}") from error
        if not entry.isreg() or entry.issparse() or not _SHA256.fullmatch(entry.name):
            raise InvalidRequestError(f"{entry.name[:80]!r} is not a file named by its SHA-256")
        if not 0 <= entry.size <= MAX_ENTRY_BYTES:
            raise TooLargeError(f"{entry.name}: send blobs above {MAX_ENTRY_BYTES} bytes by PUT")
        data = await source.read(entry.size)
        await source.read(-entry.size % BLOCK)
        yield entry.name, data


class _ExactReader:
    """Reads as many bytes as asked for from a stream of chunks."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body = body
        self._chunk = memoryview(b"")

    async def read(self, size: int) -> bytes:
        if size <= len(self._chunk):
            return self._take(size)
        data = bytearray()
        while (wanted := size - len(data)) > 0:
            if not self._chunk:
                self._chunk = memoryview(await self._next())
            data += self._take(wanted)
        return bytes(data)

    def _take(self, size: int) -> bytes:
        taken, self._chunk = self._chunk[:size], self._chunk[size:]
        return bytes(taken)

    async def _next(self) -> bytes:
        try:
            return await anext(self._body)
        except StopAsyncIteration:
            raise InvalidRequestError("the tar ends too early") from None
