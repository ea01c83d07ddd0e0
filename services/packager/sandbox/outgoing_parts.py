"""Parts leave a build in memory that the packager has lent: some are sent while one is written."""

from __future__ import annotations

import mmap
import os
from typing import TYPE_CHECKING, Final

from services.packager.sandbox.messages import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.packager.archive.pages import Buffer
    from services.packager.sandbox.packager_link import Answered, PackagerLink

MOST_BUFFERS: Final = 512  # of one call; the system takes 1,024


class OutgoingParts:
    """Hands the parts of an artifact over, one after the other, in turns through all pieces."""

    def __init__(self, link: PackagerLink, lent: Sequence[int], *, part_bytes: int) -> None:
        self._link = link
        self._pieces = [_Piece(descriptor, part_bytes) for descriptor in lent]
        self._last = -1

    def gather(self, blocks: Sequence[Buffer]) -> Buffer:
        """Write the next part where the packager will read it, once what was there is stored."""
        self._last = (self._last + 1) % len(self._pieces)
        return self._pieces[self._last].write(blocks)

    def send(self, part: Buffer) -> None:
        """Hand over the part that was written last."""
        piece, size_bytes = self._last, len(part)
        self._pieces[piece].begin(self._link.begin(lambda number: Part(number, piece, size_bytes)))

    def taken(self) -> None:
        """Wait until all parts have been stored."""
        for piece in self._pieces:
            piece.wait()


class _Piece:
    """Lent memory for one part, and what is asked about it."""

    def __init__(self, descriptor: int, size_bytes: int) -> None:
        self._descriptor = descriptor
        self._view = memoryview(mmap.mmap(descriptor, size_bytes))
        self._answer: Callable[[], Answered] | None = None

    def begin(self, answer: Callable[[], Answered]) -> None:
        """Nothing may be written until this returns."""
        self._answer = answer

    def wait(self) -> None:
        """Until it may be written."""
        if self._answer is not None:
            self._answer()
            self._answer = None

    def write(self, blocks: Sequence[Buffer]) -> memoryview:
        """Blocks one after the other, from its start; the same in this process's memory."""
        self.wait()
        at = 0
        for start in range(0, len(blocks), MOST_BUFFERS):
            at += _written(self._descriptor, blocks[start : start + MOST_BUFFERS], at)
        return self._view[:at]


def _written(file: int, blocks: Sequence[Buffer], at: int) -> int:
    size_bytes = sum(map(len, blocks))
    if os.pwritev(file, blocks, at) != size_bytes:
        raise OSError("memory did not take all that was written")
    return size_bytes
