"""Deflated members outlive an export in pages: a few megabytes of neighbours in one cached file.

A file of its own for each member would cost a build one question each. Which members are neighbours
depends on content alone (:mod:`services.packager.archive.groups`), and what a page gives is found
by content, so that a file that changes, comes, goes or is renamed leaves all others where they are.
A page changes no bytes of an archive: it holds what deflating would give again.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_BYTES: Final = 8 << 20  # of a page, however large the members were
PAGE_MEMBERS: Final = 1_024
_LENGTH: Final = struct.Struct("<I")

Buffer = bytes | bytearray | memoryview


class PageStore(Protocol):
    """Where pages are kept; called in the threads that pack, may block."""

    def recall(self, name: str) -> bytes | None:
        """What was kept under this name, unchanged; None where it is lost or damaged."""
        ...

    def keep(self, name: str, page: bytes) -> None:
        """Keep a page in place of what was there."""
        ...


class Kept(msgspec.Struct, frozen=True, gc=False):
    """What is known of a member: its CRC, and its deflated bytes; none where it is stored."""

    crc32: int
    deflated: Buffer


class _Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One member in a page's index; the deflated bytes stand behind it in the same order."""

    sha256: str
    crc32: int
    deflated_bytes: int


_index: Final = msgspec.msgpack.Decoder(list[_Entry])


class Page:
    """Members by the SHA-256 of their content, those used last in front."""

    def __init__(self, members: Mapping[str, Kept]) -> None:
        self._members = members

    @classmethod
    def decode(cls, page: bytes | None) -> Page:
        """The members of a page; none where it is lost, or is no page."""
        try:
            return cls(_decoded(page) if page else {})
        except (struct.error, msgspec.MsgspecError, ValueError):
            return cls({})

    def encode(self) -> bytes:
        """The page as it is kept."""
        index = msgspec.msgpack.encode(
            [_Entry(sha, kept.crc32, len(kept.deflated)) for sha, kept in self._members.items()]
        )
        data = (kept.deflated for kept in self._members.values())
        return b"".join((_LENGTH.pack(len(index)), index, *data))

    def get(self, sha256: str) -> Kept | None:
        """What is known of that content."""
        return self._members.get(sha256)

    def lacks(self, members: Mapping[str, Kept]) -> bool:
        """Whether one of them is new."""
        return not members.keys() <= self._members.keys()

    def renewed(self, members: Mapping[str, Kept]) -> Page:
        """These members, then the others for as long as there is room.

        Two platforms whose files differ a little may share a page: neither throws out what the
        other one has.
        """
        kept: dict[str, Kept] = {}
        left = PAGE_BYTES
        for sha256, member in {**members, **self._members}.items():
            left -= len(member.deflated)
            if left < 0 or len(kept) == PAGE_MEMBERS:
                break
            kept[sha256] = member
        return Page(kept)


def _decoded(page: bytes) -> dict[str, Kept]:
    (length,) = _LENGTH.unpack_from(page)
    at = _LENGTH.size + length
    view = memoryview(page)
    members = {}
    for entry in _index.decode(view[_LENGTH.size : at]):
        end = at + entry.deflated_bytes
        if not at <= end <= len(page):
            raise ValueError("a page is shorter than its index says")
        members[entry.sha256] = Kept(entry.crc32, view[at:end])
        at = end
    return members
