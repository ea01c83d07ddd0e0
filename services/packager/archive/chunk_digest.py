"""The digest of an APK is one over the digests of its chunks, so that readers may work in parallel.

Source: AOSP, "APK Signature Scheme v2", "Integrity-protected contents".
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from services.packager.archive.unread import Buffer

CHUNK_BYTES: Final = 1 << 20
_HEAD: Final = struct.Struct("<BI")  # a mark; how long the chunk is, or how many there are
_CHUNK_MARK: Final = 0xA5
_ALL_MARK: Final = 0x5A


class ChunkDigest:
    """Takes an APK's sections one after the other; no chunk reaches from one into the next.

    A chunk's length stands before it, so what is taken waits until its chunk is complete.
    """

    def __init__(self, names: Collection[str]) -> None:
        """Digest with the hashes of these names, each by itself."""
        self._chunks: dict[str, list[bytes]] = {name: [] for name in names}
        self._waiting: list[memoryview] = []
        self._length = 0

    def update(self, block: Buffer) -> None:
        """More of the section; whoever gives it leaves it unchanged."""
        view = memoryview(block)
        while self._length + len(view) >= CHUNK_BYTES:
            cut = CHUNK_BYTES - self._length
            self._take(view[:cut])
            self._end_chunk()
            view = view[cut:]
        if len(view):
            self._take(view)

    def end_section(self) -> None:
        """What is left of it is a chunk of its own."""
        if self._length:
            self._end_chunk()

    def digests(self) -> dict[str, bytes]:
        """One over all chunks for each hash, once the last section has ended."""
        return {name: _over(name, chunks) for name, chunks in self._chunks.items()}

    def _take(self, part: memoryview) -> None:
        self._waiting.append(part)
        self._length += len(part)

    def _end_chunk(self) -> None:
        for name, chunks in self._chunks.items():
            chunk = hashlib.new(name, _HEAD.pack(_CHUNK_MARK, self._length))
            for part in self._waiting:
                chunk.update(part)
            chunks.append(chunk.digest())
        self._waiting, self._length = [], 0


def _over(name: str, chunks: list[bytes]) -> bytes:
    head = _HEAD.pack(_ALL_MARK, len(chunks))
    return hashlib.new(name, head + b"".join(chunks)).digest()
