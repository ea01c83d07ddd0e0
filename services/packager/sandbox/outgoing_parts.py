"""Parts leave a build in two files in memory: one is written and hashed while the other is read."""

from __future__ import annotations

import mmap
import os
from itertools import cycle
from typing import TYPE_CHECKING, Final

from services.packager.sandbox import channel
from services.packager.sandbox.messages import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.packager.archive.pages import Buffer
    from services.packager.sandbox.packager_link import Answered, PackagerLink

FILES: Final = 2
MOST_BUFFERS: Final = 512  # of one call; the system takes 1,024


class OutgoingParts:
    """Hands the parts of an artifact over, one after the other."""

    def __init__(self, link: PackagerLink, *, part_bytes: int) -> None:
        self._link = link
        self._files = cycle([_SharedFile(part_bytes) for _ in range(FILES)])
        self._file = next(self._files)

    def gather(self, blocks: Sequence[Buffer]) -> Buffer:
        """Write the next part where the packager will read it, once it has read what was there."""
        self._file = next(self._files)
        return self._file.write(blocks)

    def send(self, part: Buffer) -> None:
        """Hand over the part that was written last."""
        size_bytes = len(part)
        self._file.begin(
            self._link.begin(lambda number: Part(number, size_bytes), [self._file.descriptor])
        )

    def taken(self) -> None:
        """Wait until all parts have been read."""
        for _ in range(FILES):
            next(self._files).wait()


class _SharedFile:
    """One file in memory, and what is asked about it."""

    def __init__(self, size_bytes: int) -> None:
        self.descriptor = channel.in_memory(b"")
        os.ftruncate(self.descriptor, size_bytes)
        self._view = memoryview(mmap.mmap(self.descriptor, size_bytes))
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
            at += _written(self.descriptor, blocks[start : start + MOST_BUFFERS], at)
        return self._view[:at]


def _written(file: int, blocks: Sequence[Buffer], at: int) -> int:
    size_bytes = sum(map(len, blocks))
    if os.pwritev(file, blocks, at) != size_bytes:
        raise OSError("memory did not take all that was written")
    return size_bytes
