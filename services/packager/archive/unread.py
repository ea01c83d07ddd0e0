"""What lies in a file as it shall stand goes to where it shall lie, without a stop in between.

Memory that is made anew for each member costs seven times as much as reading into a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zlib_ng import zlib_ng

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Buffer = bytes | bytearray | memoryview


class DamagedError(Exception):
    """Bytes are other ones than they were, and nobody has them anew."""


class Unread:
    """Bytes that an earlier export has read or made: their size and CRC are known.

    Args:
        size_bytes: What is known of them.
        crc32: Likewise.
        fill: Reads them, perhaps damaged, to where they shall lie; another number than there is
            room for where they have another size.
        again: Gives them where they are damaged; raises what stands in the way.
    """

    __slots__ = ("_again", "_crc32", "_fill", "_size_bytes")

    def __init__(
        self,
        size_bytes: int,
        crc32: int,
        fill: Callable[[memoryview], int],
        again: Callable[[], Buffer] | None = None,
    ) -> None:
        self._size_bytes = size_bytes
        self._crc32 = crc32
        self._fill = fill
        self._again = again

    def __len__(self) -> int:
        return self._size_bytes

    def or_else(self, again: Callable[[], Buffer]) -> Unread:
        """The same; given anew where they are damaged."""
        return Unread(self._size_bytes, self._crc32, self._fill, again)

    def read_into(self, place: memoryview) -> None:
        """Read them to where they shall lie, which has their size.

        Raises:
            DamagedError: They are damaged, and nobody has them anew.
        """
        if self._fill(place) == self._size_bytes and zlib_ng.crc32(place) == self._crc32:
            return
        if self._again is None:
            raise DamagedError
        place[:] = self._again()

    def read(self) -> bytearray:
        """The same in memory of its own."""
        data = bytearray(self._size_bytes)
        with memoryview(data) as place:
            self.read_into(place)
        return data


def read(block: Buffer | Unread) -> Buffer:
    """Its bytes, now."""
    return block.read() if isinstance(block, Unread) else block


def lay_out(blocks: Iterable[Buffer | Unread], place: memoryview) -> memoryview:
    """Put blocks one after the other; what of the place they take."""
    at = 0
    for block in blocks:
        end = at + len(block)
        if isinstance(block, Unread):
            block.read_into(place[at:end])
        else:
            place[at:end] = block
        at = end
    return place[:at]
