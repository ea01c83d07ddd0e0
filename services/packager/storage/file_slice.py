"""Files are cut out of an object on the disk: written, checked, read. Everything here blocks."""

from __future__ import annotations

import hashlib
import io
import os
from typing import TYPE_CHECKING, Final

from shared.domain.project import StoredFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from typing_extensions import Buffer

HASH_BYTES: Final = 1 << 20


def write_blocks(descriptor: int, blocks: Sequence[bytes], offset: int) -> int:
    """Write blocks one after the other at ``offset``.

    Returns:
        How many bytes.
    """
    start = offset
    for block in blocks:
        view = memoryview(block)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view = view[written:]
            offset += written
    return offset - start


def damaged(source: Path | int, files: Sequence[StoredFile]) -> StoredFile | None:
    """The first of ``files`` whose bytes in an object are not what their SHA-256 says."""
    descriptor = source if isinstance(source, int) else os.open(source, os.O_RDONLY)
    try:
        buffer = bytearray(HASH_BYTES)
        return next((file for file in files if not _intact(descriptor, file, buffer)), None)
    finally:
        if not isinstance(source, int):
            os.close(descriptor)


def _intact(descriptor: int, file: StoredFile, buffer: bytearray) -> bool:
    digest = hashlib.sha256()
    offset, left = file.offset, file.size
    with memoryview(buffer) as view:
        while left:
            read = os.preadv(descriptor, [view[: min(left, HASH_BYTES)]], offset)
            if not read:
                return False
            digest.update(view[:read])
            offset, left = offset + read, left - read
    return digest.hexdigest() == file.sha256


class FileSlice(io.RawIOBase):
    """One file inside an object; owns the descriptor, so the object may be unlinked meanwhile."""

    def __init__(
        self,
        descriptor: int,
        file: StoredFile,
        on_read: Callable[[int], None] | None = None,
    ) -> None:
        self._descriptor = descriptor
        self._file = file
        self._position = 0
        self._on_read = on_read

    @classmethod
    def whole(cls, descriptor: int, size_bytes: int) -> FileSlice:
        """An open file from its start, wherever those who share it have come to."""
        return cls(descriptor, StoredFile("", "", size_bytes, "", 0))

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Within the file; beyond its ends there is nothing."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._file.size}
        self._position = min(max(origin[whence] + offset, 0), self._file.size)
        return self._position

    def tell(self) -> int:
        """Bytes from the file's start."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; one system call and one copy."""
        left = self._file.size - self._position
        wanted = left if size < 0 else min(size, left)
        data = os.pread(self._descriptor, wanted, self._file.offset + self._position)
        self._position += len(data)
        if self._on_read:
            self._on_read(len(data))
        return data

    def readinto(self, place: Buffer) -> int:
        """Into memory that is there, which saves making some; one system call."""
        with memoryview(place) as view:
            wanted = min(len(view), self._file.size - self._position)
            offset = self._file.offset + self._position
            size = os.preadv(self._descriptor, [view[:wanted]], offset)
        self._position += size
        if self._on_read:
            self._on_read(size)
        return size

    def readall(self) -> bytes:
        """What is left."""
        return b"".join(iter(self.read, b""))

    def close(self) -> None:
        """Give the descriptor back."""
        if not self.closed:
            os.close(self._descriptor)
        super().close()
