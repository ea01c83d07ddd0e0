"""Parts leave a build in memory that the packager has lent: some are sent while one is written."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

from services.packager.archive.unread import lay_out
from services.packager.sandbox.messages import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.packager.archive.unread import Buffer, Unread
    from services.packager.sandbox.packager_link import Answered, PackagerLink


class OutgoingParts:
    """Hands the parts of an artifact over, one after the other, in turns through all pieces."""

    def __init__(self, link: PackagerLink, lent: Sequence[int], *, part_bytes: int) -> None:
        self._link = link
        self._pieces = [_Piece(descriptor, part_bytes) for descriptor in lent]
        self._last = -1

    def gather(self, blocks: Sequence[Buffer | Unread]) -> Buffer:
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

    def write(self, blocks: Sequence[Buffer | Unread]) -> memoryview:
        """Blocks one after the other, from its start; the same in this process's memory."""
        self.wait()
        return lay_out(blocks, self._view)
