"""What is stored as it is goes from its file to where it shall lie, without a stop in between.

Memory that is made anew for each member costs seven times as much as reading into a part.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol, cast

from zlib_ng import zlib_ng

from services.packager.archive.member import MemberDamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from services.packager.archive.member import Member
    from services.packager.archive.pages import Buffer


class Unread:
    """A stored member's content, which an earlier export has read: its CRC is known.

    Args:
        member: One that can be opened unchecked, and whose SHA-256 is known.
        crc32: What is known.
        disbelieve: Called where that is another one than its content has.
    """

    def __init__(self, member: Member, crc32: int, disbelieve: Callable[[], None]) -> None:
        self._member = member
        self._crc32 = crc32
        self._disbelieve = disbelieve

    def __len__(self) -> int:
        return self._member.size_bytes

    def read_into(self, place: memoryview) -> None:
        """Read it to where it shall lie, which has its size; hashed if the CRC is another one.

        Raises:
            ArchiveError: It has another size than it said.
            MemberDamagedError: It is damaged, or what was known of it was; the next attempt makes
                that anew.
        """
        member = self._member
        if member.open_unchecked is not None:
            with member.open_unchecked() as file:
                size = cast("_Readable", file).readinto(place)
                if size == len(place) and not file.read(1) and zlib_ng.crc32(place) == self._crc32:
                    return
        place[:] = self._checked()

    def read(self) -> bytearray:
        """The same in memory of its own."""
        data = bytearray(len(self))
        with memoryview(data) as place:
            self.read_into(place)
        return data

    def _checked(self) -> bytes:
        with self._member.open() as file:
            data = file.read(len(self) + 1)
        if hashlib.sha256(data).hexdigest() != self._member.sha256:
            raise damaged(self._member)
        if zlib_ng.crc32(data) != self._crc32:
            self._disbelieve()
            raise damaged(self._member)
        return data


class _Readable(Protocol):
    """A file that reads into memory which is there."""

    def readinto(self, place: memoryview, /) -> int:
        """How many bytes it has read; fewer than there is room for at the end only."""
        ...


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


def damaged(member: Member) -> MemberDamagedError:
    """The cache has another one than the project."""
    return MemberDamagedError(f"{member.path!r} is damaged in the cache; it is fetched again")
