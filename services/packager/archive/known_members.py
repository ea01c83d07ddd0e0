"""What an earlier export has found out about a member is not found out again.

Its bytes are read unchecked then. Where their CRC is another one than is known, they are read or
made once more, and a page that was wrong is put right.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, cast

from zlib_ng import zlib_ng

from services.packager.archive.member import MemberDamagedError
from services.packager.archive.pages import Kept, Page
from services.packager.archive.unread import DamagedError, Unread, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from services.packager.archive.member import Member
    from services.packager.archive.pages import PageStore
    from services.packager.archive.unread import Buffer

BLOCK_BYTES: Final = 1 << 20
_SUM: Final = struct.Struct("<I")


class KnownPage:
    """The page of a group of members.

    Args:
        pack: Deflates a member, and gives its CRC, too; no bytes where it is stored.
    """

    def __init__(self, store: PageStore, name: str, pack: Callable[[Member], Kept]) -> None:
        self._store = store
        self._name = name
        self._pack = pack
        self._page = Page.decode(store.open(name))

    def deflated(self, member: Member) -> Kept | None:
        """What is known of one that was worth deflating."""
        kept = self._page.get(member.sha256)
        if kept is None or not isinstance(kept.deflated, Unread):
            return None
        return Kept(kept.crc32, kept.deflated.or_else(lambda: self._made_again(member, kept)))

    def stored(self, member: Member) -> Kept | None:
        """What is known of one that was not; no bytes where it cannot be read unchecked."""
        kept = self._page.get(member.sha256)
        if kept is None or member.open_unchecked is None:
            return kept and Kept(kept.crc32, b"")
        return Kept(kept.crc32, _range_of(member, 0, member.size_bytes, kept.crc32, self._forget))

    def keep(self, members: Sequence[Member], kept: Callable[[Member], Kept]) -> None:
        """Keep what is known now of members, if the page lacks any of them."""
        if self._page.lacks([member.sha256 for member in members]):
            page = self._page.renewed({member.sha256: kept(member) for member in members})
            self._store.keep(self._name, page.encode())

    def _made_again(self, member: Member, known: Kept) -> Buffer:
        """Deflated bytes depend on content alone: they are the ones that were kept."""
        made = self._pack(member)
        self._page.mend(member.sha256, made)
        self._store.keep(self._name, self._page.encode())
        if made.crc32 != known.crc32 or len(made.deflated) != len(known.deflated):
            raise damaged(member)
        assert not isinstance(made.deflated, Unread)  # noqa: S101 - it was made this moment
        return made.deflated

    def _forget(self) -> None:
        self._store.keep(self._name, Page({}).encode())


def known_blocks(member: Member, store: PageStore) -> tuple[int, Iterator[Unread]] | None:
    """The CRC and the blocks of a large member that is known to be stored."""
    page = Page.decode(store.open(member.sha256))
    whole, sums = page.get(member.sha256), page.get(_sums_of(member))
    if whole is None or sums is None or whole.deflated or member.open_unchecked is None:
        return None
    try:
        data = read(sums.deflated)
    except DamagedError:
        return None
    places = range(0, member.size_bytes, BLOCK_BYTES)
    if len(data) != _SUM.size * len(places):
        return None

    def forget() -> None:
        store.keep(member.sha256, Page({}).encode())

    blocks = (
        _range_of(member, at, min(BLOCK_BYTES, member.size_bytes - at), crc32, forget)
        for at, (crc32,) in zip(places, _SUM.iter_unpack(data), strict=True)
    )
    return whole.crc32, blocks


def keep_blocks(member: Member, store: PageStore, crc32: int, sums: Iterable[int]) -> None:
    """Keep the CRC of a large member that is stored, and those of its blocks."""
    known = {
        member.sha256: Kept(crc32, b""),
        _sums_of(member): Kept(0, b"".join(map(_SUM.pack, sums))),
    }
    store.keep(member.sha256, Page(known).encode())


def damaged(member: Member) -> MemberDamagedError:
    """The cache has another one than the project."""
    return MemberDamagedError(f"{member.path!r} is damaged in the cache; it is fetched again")


def _sums_of(member: Member) -> str:
    return f"{member.sha256} by {BLOCK_BYTES}"


def _range_of(
    member: Member, at: int, size_bytes: int, crc32: int, forget: Callable[[], None]
) -> Unread:
    """A range of a stored member; ``forget`` is called where its CRC turns out to be wrong."""

    def fill(place: memoryview) -> int:
        assert member.open_unchecked is not None  # noqa: S101 - nobody asks for it else
        with member.open_unchecked() as file:
            if at:
                file.seek(at)
            size = cast("_Readable", file).readinto(place)
            is_last = at + size_bytes == member.size_bytes
            return size + len(file.read(1)) if is_last else size

    def again() -> bytes:
        with member.open() as file:
            file.seek(at)
            data = file.read(size_bytes)
            if len(data) == size_bytes and zlib_ng.crc32(data) == crc32:
                return data
            _check_hash(member, file)
        forget()
        raise damaged(member)

    return Unread(size_bytes, crc32, fill, again)


def _check_hash(member: Member, file: BinaryIO) -> None:
    """Damage was noticed: what is said to have been checked may have been before that."""
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(BLOCK_BYTES):
        digest.update(block)
    if digest.hexdigest() != member.sha256:
        raise damaged(member)


class _Readable(Protocol):
    """A file that reads into memory which is there."""

    def readinto(self, place: memoryview, /) -> int:
        """How many bytes it has read; fewer than there is room for at the end only."""
        ...
