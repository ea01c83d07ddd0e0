"""The body of a request whose bytes are in memory; it is sent from where it lies.

The SDK would make a file of bytes, which aiohttp copies whole to see how long it is, and again to
send it: that took more than half of what an upload costs a process.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from aiohttp.payload import Payload

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

PIECE_BYTES: Final = 1 << 20  # sent at a time; encrypting more would hold the event loop up


class MemoryBody(Payload):
    """A file to the SDK, which sends it again where a request failed, and a payload to aiohttp."""

    _autoclose = True  # there is nothing to close

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        super().__init__(data)
        self._size = len(data)
        self._file = memoryview(data)
        self._position = 0

    def __len__(self) -> int:
        return len(self._file)

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes from here on."""
        end = len(self._file) if size < 0 else self._position + size
        data = bytes(self._file[self._position : end])
        self._position += len(data)
        return data

    def tell(self) -> int:
        """Where reading goes on."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Read on from somewhere else."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: len(self._file)}
        self._position = origin[whence] + offset
        return self._position

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """As text, which it hardly is; aiohttp asks for that to show a request."""
        return bytes(self._file).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send all of it, as the other side takes it."""
        for at in range(0, len(self._file), PIECE_BYTES):
            await writer.write(self._file[at : at + PIECE_BYTES])
