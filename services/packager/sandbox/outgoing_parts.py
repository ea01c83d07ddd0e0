"""Parts leave a build in two files in memory: one is written and hashed while the other is read."""

from __future__ import annotations

import mmap
import os
from collections import deque
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
        self._part_bytes = part_bytes
        self._files: deque[_SharedFile] = deque(maxlen=FILES)  # the one that was written last, last

    def gather(self, blocks: Sequence[Buffer]) -> Buffer:
        """Write the next part where the packager will read it, once it has read what was there."""
        is_full = len(self._files) == FILES
        self._files.append(self._files[0] if is_full else _SharedFile(self._part_bytes))
        return self._files[-1].write(blocks)

    def send(self, part: Buffer) -> None:
        """Hand over the part that was written last."""
        size_bytes = len(part)
        file = self._files[-1]
        file.begin(self._link.begin(lambda number: Part(number, size_bytes), [file.descriptor]))

    def taken(self) -> None:
        """Wait until all parts have been read."""
        for file in self._files:
            file.wait()


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
