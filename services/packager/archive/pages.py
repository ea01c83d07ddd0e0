"""Deflated members outlive an export in pages: a few megabytes of neighbours in one cached file.

A file of its own for each member would cost a build one question each. Which members are neighbours
depends on content alone (:mod:`services.packager.archive.groups`), and what a page gives is found
by content, so that a file that changes, comes, goes or is renamed leaves all others where they are.
A page changes no bytes of an archive: it holds what deflating would give again.

Of a page its index is read, and each member only to where it shall lie. All of it has CRCs, which
tell damage as well as a hash would, at a tenth of its time; a project's own builds write its pages.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, Protocol

import msgspec
from zlib_ng import zlib_ng

from services.packager.archive.unread import Buffer, DamagedError, Unread, read

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PAGE_BYTES: Final = 8 << 20  # of a page, however large the members were
PAGE_MEMBERS: Final = 1_024
INDEX_BYTES: Final = PAGE_MEMBERS << 8
_HEAD: Final = struct.Struct("<II")  # of the index: its length and CRC


class PageFile(Protocol):
    """A page that is open until nothing refers to it any more."""

    size_bytes: int

    def read_into(self, place: memoryview, at: int) -> int:
        """Read from this position on; how many bytes, fewer than asked for at the end only."""
        ...


class PageStore(Protocol):
    """Where pages are kept; called in the threads that pack, may block."""

    def open(self, name: str) -> PageFile | None:
        """What was kept under this name, perhaps damaged; None where it is lost."""
        ...

    def keep(self, name: str, page: bytes) -> None:
        """Keep a page in place of what was there."""
        ...


class Kept(msgspec.Struct, frozen=True, gc=False):
    """What is known of a member: its CRC, and its deflated bytes; none where it is stored."""

    crc32: int
    deflated: Buffer | Unread


class _Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One member in a page's index; the deflated bytes stand behind it in the same order."""

    sha256: str
    crc32: int
    deflated_bytes: int
    deflated_crc32: int


_index: Final = msgspec.msgpack.Decoder(list[_Entry])


class Page:
    """Members by the SHA-256 of their content, those used last in front."""

    def __init__(self, members: Mapping[str, Kept]) -> None:
        self._members = dict(members)

    @classmethod
    def decode(cls, page: PageFile | None) -> Page:
        """The members of a page; none where it is lost, or is no page."""
        try:
            return cls(_decoded(page) if page else {})
        except (struct.error, msgspec.MsgspecError, ValueError, OSError):
            return cls({})

    def encode(self) -> bytes:
        """The page as it is kept, without what is damaged of it."""
        entries, blocks = [], []
        for sha256, kept in self._members.items():
            try:
                block = read(kept.deflated)
            except DamagedError:
                continue
            entries.append(_Entry(sha256, kept.crc32, len(block), zlib_ng.crc32(block)))
            blocks.append(block)
        index = msgspec.msgpack.encode(entries)
        return b"".join((_HEAD.pack(len(index), zlib_ng.crc32(index)), index, *blocks))

    def get(self, sha256: str) -> Kept | None:
        """What is known of that content."""
        return self._members.get(sha256)

    def mend(self, sha256: str, kept: Kept) -> None:
        """Say something else of a member."""
        self._members[sha256] = kept

    def lacks(self, contents: Collection[str]) -> bool:
        """Whether one of these contents is new."""
        return not self._members.keys() >= set(contents)

    def renewed(self, members: Mapping[str, Kept]) -> Page:
        """These members, then the others for as long as there is room.

        Two platforms whose files differ a little may share a page: neither throws out what the
        other one has.
        """
        kept: dict[str, Kept] = {}
        left = PAGE_BYTES
        for sha256, member in {**members, **self._members, **members}.items():
            left -= len(member.deflated)
            if left < 0 or len(kept) == PAGE_MEMBERS:
                break
            kept[sha256] = member
        return Page(kept)


def _decoded(page: PageFile) -> dict[str, Kept]:
    length, crc32 = _HEAD.unpack(_read(page, 0, _HEAD.size))
    if length > INDEX_BYTES:
        raise ValueError("an index is longer than one can be")
    index = _read(page, _HEAD.size, length)
    if zlib_ng.crc32(index) != crc32:
        raise ValueError("an index is damaged")
    at = _HEAD.size + length
    members = {}
    for entry in _index.decode(index):
        end = at + entry.deflated_bytes
        if not at <= end <= page.size_bytes:
            raise ValueError("a page is shorter than its index says")
        members[entry.sha256] = Kept(entry.crc32, _deflated(page, at, entry))
        at = end
    return members


def _deflated(page: PageFile, at: int, entry: _Entry) -> Buffer | Unread:
    if not entry.deflated_bytes:
        return b""
    return Unread(
        entry.deflated_bytes, entry.deflated_crc32, lambda place: page.read_into(place, at)
    )


def _read(page: PageFile, at: int, size_bytes: int) -> bytearray:
    data = bytearray(size_bytes)
    with memoryview(data) as place:
        if page.read_into(place, at) != size_bytes:
            raise ValueError("a page is shorter than its head")
    return data
