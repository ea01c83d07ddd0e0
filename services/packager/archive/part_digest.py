"""An archive on its way out is cut into equal parts, and hashed while more is packed."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Final, Protocol

from services.packager.archive.unread import Unread, lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from services.packager.archive.unread import Buffer

LITTLE_BYTES: Final = 64 << 10  # hashed sooner than a thread is there


class Blocks(Protocol):
    """An archive's bytes, one after the other; closing the iterator stops whoever makes them."""

    def __iter__(self) -> Generator[Buffer | Unread]:
        """Once."""
        ...


def gathered(blocks: Sequence[Buffer | Unread]) -> Buffer:
    """Blocks in memory of their own."""
    return lay_out(blocks, memoryview(bytearray(sum(map(len, blocks)))))


class DigestedParts:
    """The parts of an archive, to be iterated once, and the digest of the whole.

    ``size_bytes`` and ``sha256`` hold once the iteration has ended. Closing the iterator closes
    that of the blocks.

    Args:
        blocks: The archive.
        part_bytes: Size of every part but the last.
        gather: Makes one piece of a part's blocks. It may use the memory of a part again from the
            second one after it on.
    """

    def __init__(
        self,
        blocks: Blocks,
        *,
        part_bytes: int,
        gather: Callable[[Sequence[Buffer | Unread]], Buffer] = gathered,
    ) -> None:
        self.size_bytes = 0
        self._blocks = blocks
        self._part_bytes = part_bytes
        self._gather = gather
        self._sha256 = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return self._sha256.hexdigest()

    def __iter__(self) -> Generator[Buffer]:
        """Parts of equal size and a shorter last one; hashing runs beside, one part behind."""
        with (
            ThreadPoolExecutor(1, thread_name_prefix="hash") as beside,
            closing(self._parts()) as parts,
        ):
            hashed = self._begin(beside, b"")
            for part in parts:
                hashed()
                hashed = self._begin(beside, part)
                yield part
            hashed()

    def _begin(self, beside: ThreadPoolExecutor, part: Buffer) -> Callable[[], None]:
        """Hash a part; what is returned blocks until that is done."""
        if len(part) <= LITTLE_BYTES:
            self._digest(part)
            return lambda: None
        return beside.submit(self._digest, part).result

    def _digest(self, part: Buffer) -> None:
        self._sha256.update(part)
        self.size_bytes += len(part)

    def _parts(self) -> Generator[Buffer]:
        waiting: list[memoryview | Unread] = []
        length = 0
        with closing(iter(self._blocks)) as blocks:
            for block in blocks:
                if isinstance(block, Unread):
                    if length + len(block) < self._part_bytes:
                        waiting.append(block)
                        length += len(block)
                        continue
                    block = block.read()  # noqa: PLW2901 - it is cut like the others
                view = memoryview(block)
                while length + len(view) >= self._part_bytes:
                    cut = self._part_bytes - length
                    yield self._gather((*waiting, view[:cut]))
                    waiting, length, view = [], 0, view[cut:]
                if len(view):
                    waiting.append(view)
                    length += len(view)
        if waiting:
            yield self._gather(waiting)
