"""An archive on its way out is cut into equal parts, and hashed while more is packed."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Protocol

import google_crc32c

from shared.storage.checksums import encode_crc32c

if TYPE_CHECKING:
    from collections.abc import Generator

    from services.packager.archive.pages import Buffer


class Blocks(Protocol):
    """An archive's bytes, one after the other; closing the iterator stops whoever makes them."""

    def __iter__(self) -> Generator[Buffer]:
        """Once."""
        ...


class DigestedParts:
    """The parts of an archive, to be iterated once, and the digests of the whole.

    ``size_bytes``, ``sha256`` and ``crc32c`` hold once the iteration has ended. Closing the
    iterator closes that of the blocks.

    Args:
        blocks: The archive.
        part_bytes: Size of every part but the last.
    """

    def __init__(self, blocks: Blocks, *, part_bytes: int) -> None:
        self.size_bytes = 0
        self._blocks = blocks
        self._part_bytes = part_bytes
        self._sha256 = hashlib.sha256()
        self._crc32c = 0

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return self._sha256.hexdigest()

    @property
    def crc32c(self) -> str:
        """As S3 writes it."""
        return encode_crc32c(self._crc32c)

    def __iter__(self) -> Generator[bytes]:
        """Parts of equal size and a shorter last one; hashing runs beside, one part behind."""
        with (
            ThreadPoolExecutor(1, thread_name_prefix="hash") as beside,
            closing(self._parts()) as parts,
        ):
            hashing = beside.submit(self._digest, b"")
            for part in parts:
                hashing.result()
                hashing = beside.submit(self._digest, part)
                yield part
            hashing.result()

    def _digest(self, part: bytes) -> None:
        self._sha256.update(part)
        self._crc32c = google_crc32c.extend(self._crc32c, part)
        self.size_bytes += len(part)

    def _parts(self) -> Generator[bytes]:
        waiting: list[memoryview] = []
        length = 0
        with closing(iter(self._blocks)) as blocks:
            for block in blocks:
                view = memoryview(block)
                while length + len(view) >= self._part_bytes:
                    cut = self._part_bytes - length
                    yield b"".join((*waiting, view[:cut]))
                    waiting, length, view = [], 0, view[cut:]
                if len(view):
                    waiting.append(view)
                    length += len(view)
        if waiting:
            yield b"".join(waiting)
