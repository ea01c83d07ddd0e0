"""A stored ZIP compresses nothing; it consists of pieces of a larger file.

Its size is known before a byte of it is written, and what is in it is read in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zlib_ng import zlib_ng

from services.packager.archive.compress_jobs import blocks_of
from services.packager.archive.paths import ArchivePaths
from services.packager.archive.zip_records import STORED, ZipEntry, central_directory, local_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from services.packager.archive.concatenated import Piece
    from services.packager.archive.member import Member


def stored_zip(
    members: Iterable[Member], *, on_member: Callable[[], None] = lambda: None
) -> tuple[Piece, ...]:
    """The archive; every member is read once here, for its CRC.

    Args:
        members: In the order in which they shall stand.
        on_member: Called after each.

    Raises:
        ArchiveError: A duplicate or unsafe path, or a member of another size than it said.
    """
    paths = ArchivePaths()
    pieces: list[Piece] = []
    entries: list[ZipEntry] = []
    offset = 0
    for member in members:
        paths.add(member.path)
        entry = _entry(member, offset)
        header = local_header(entry)
        pieces += (header, member)
        entries.append(entry)
        offset += len(header) + member.size_bytes
        on_member()
    return (*pieces, central_directory(entries, offset))


def _entry(member: Member, offset: int) -> ZipEntry:
    crc32 = 0
    with member.open() as file:
        for block in blocks_of(member, file):
            crc32 = zlib_ng.crc32(block, crc32)
    return ZipEntry(
        path=member.path,
        method=STORED,
        crc32=crc32,
        size=member.size_bytes,
        compressed_size=member.size_bytes,
        offset=offset,
        mode=member.mode,
    )
