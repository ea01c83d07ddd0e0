"""Parts of an artifact pass through memory that the packager makes and lends to one build.

Both see the same pages: the build writes a part, the packager sends it from where it lies. The
memory is sealed against shrinking, so that no build can take pages away under the packager's hands.
A build that writes while its part is sent spoils its own artifact alone: the storage refuses a part
that has another sum than was announced.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from typing import Final

_SEALS: Final = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


class LentMemory:
    """As many pieces as are under way at a time, each for one part."""

    def __init__(self, pieces: int, part_bytes: int) -> None:
        self._files = [_sealed(part_bytes) for _ in range(pieces)]
        self._views = [
            memoryview(mmap.mmap(f, part_bytes, prot=mmap.PROT_READ)) for f in self._files
        ]
        self._in_use: set[int] = set()

    def hand_over(self) -> list[int]:
        """The pieces as open files, for the build to write; the caller closes them, once."""
        files, self._files = self._files, []
        return files

    def take(self, piece: int, size_bytes: int) -> memoryview:
        """The part that the build has written, until it is given back.

        Raises:
            ValueError: There is no such piece, or it is in use, or has less room.
        """
        if piece in self._in_use or not 0 <= piece < len(self._views):
            raise ValueError(f"no piece {piece}")
        if not 0 < size_bytes <= len(self._views[piece]):
            raise ValueError(f"a part of {size_bytes} bytes")
        self._in_use.add(piece)
        return self._views[piece][:size_bytes]

    def give_back(self, piece: int) -> None:
        """The build may write it again."""
        self._in_use.discard(piece)


def _sealed(size_bytes: int) -> int:
    descriptor = os.memfd_create("part", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size_bytes)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    return descriptor
