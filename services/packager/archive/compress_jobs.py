"""Compress jobs run in worker threads: they read members, compress them and sum them up.

Small members are packed whole. Large ones pass through a bounded channel, block by block. What is
stored has its CRC known beforehand, so that only a large compressed member needs a data descriptor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec
from zlib_ng import zlib_ng

from services.packager.archive.channel import Channel, ClosedError
from services.packager.archive.compression import (
    CompressionLevel,
    compress_whole,
    level_for,
    sample_of_file,
    stream_compressor,
    worth_a_try,
)
from services.packager.archive.known_members import (
    BLOCK_BYTES,
    KnownPage,
    keep_blocks,
    known_blocks,
)
from services.packager.archive.member import ArchiveError, Member
from services.packager.archive.pages import Kept
from services.packager.archive.unread import Buffer, Unread
from services.packager.archive.zip_records import DEFLATED, STORED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from services.packager.archive.pages import PageStore

CHANNEL_BLOCKS: Final = 8


class CompressedMember(msgspec.Struct, gc=False):
    """A small member, ready to be written."""

    member: Member
    method: int
    crc32: int
    data: Buffer | Unread


class StreamedMember:
    """A large member on its way, block by block.

    ``method`` is known from the first block on. So is ``crc32`` if the member is stored; if it is
    compressed, ``crc32`` is known after the last block.
    """

    def __init__(self, member: Member) -> None:
        self.member = member
        self.blocks: Channel[Buffer | Unread] = Channel(CHANNEL_BLOCKS)
        self.method = STORED
        self.crc32 = 0


def pack_whole(members: Sequence[Member], level: CompressionLevel) -> list[CompressedMember]:
    """Many small members in one go.

    Raises:
        ArchiveError: One has another size than it said.
    """
    return [_pack(member, level) for member in members]


def pack_page(
    members: Sequence[Member], level: CompressionLevel, store: PageStore
) -> list[CompressedMember]:
    """The same, but what an earlier export has found out comes from its page, which is kept up.

    Nothing of that is read here.

    Raises:
        ArchiveError: One that was read has another size than it said.
    """
    page = KnownPage(store, members[0].sha256, lambda member: _kept(_pack(member, level)))
    packed = {member.path: _packed_before(member, level, page) for member in members}
    tried = [member for member in members if worth_a_try(member, level)]
    page.keep(tried, lambda member: _kept(packed[member.path]))
    return list(packed.values())


def stream(
    streamed: StreamedMember, level: CompressionLevel, store: PageStore | None = None
) -> None:
    """Give a large member's blocks to its channel, and any error too.

    A page knows whether an earlier export has stored it, and its CRC.
    """
    member = streamed.member
    store = store if member.sha256 and worth_a_try(member, level) else None
    try:
        if store and (known := known_blocks(member, store)):
            streamed.crc32, blocks = known
            for block in blocks:
                streamed.blocks.put(block)
        else:
            with member.open() as file:
                _stream(streamed, level, file, store)
    except ClosedError:
        return
    except BaseException as error:  # noqa: BLE001 - it is raised where the blocks are taken
        streamed.blocks.finish(error)
    else:
        streamed.blocks.finish()


def _packed_before(member: Member, level: CompressionLevel, page: KnownPage) -> CompressedMember:
    """By what is known of it already, or now."""
    if worth_a_try(member, level) and (known := page.deflated(member)):
        return CompressedMember(member, DEFLATED, known.crc32, known.deflated)
    known = page.stored(member)
    if known is None:
        return _pack(member, level)
    if not known.deflated:
        data, crc32 = _read(member)
        return CompressedMember(member, STORED, crc32, data)
    return CompressedMember(member, STORED, known.crc32, known.deflated)


def _pack(member: Member, level: CompressionLevel) -> CompressedMember:
    data, crc32 = _read(member)
    compressed = compress_whole(data, level) if worth_a_try(member, level) else None
    if compressed is None:
        return CompressedMember(member, STORED, crc32, data)
    return CompressedMember(member, DEFLATED, crc32, compressed)


def _read(member: Member) -> tuple[bytes, int]:
    """Its content and CRC."""
    with member.open() as file:
        data = file.read(member.size_bytes + 1)
    _check_size(member, len(data))
    return data, zlib_ng.crc32(data)


def _kept(packed: CompressedMember) -> Kept:
    return Kept(packed.crc32, packed.data if packed.method == DEFLATED else b"")


def _stream(
    streamed: StreamedMember, level: CompressionLevel, file: BinaryIO, store: PageStore | None
) -> None:
    member = streamed.member
    if worth_a_try(member, level):
        level = level_for(sample_of_file(file, member.size_bytes), level)
        if level is not CompressionLevel.STORE:
            return _stream_deflated(streamed, level, file)
    sums = _stream_stored(streamed, file)
    if store:
        keep_blocks(member, store, streamed.crc32, sums)
    return None


def _stream_stored(streamed: StreamedMember, file: BinaryIO) -> list[int]:
    """Read twice: the CRC stands before the data, so that every reader can take it as it comes.

    Returns:
        The CRC of each block.
    """
    member = streamed.member
    for block in blocks_of(member, file):
        streamed.crc32 = zlib_ng.crc32(block, streamed.crc32)
    file.seek(0)
    crc32, sums = 0, []
    for block in blocks_of(member, file):
        crc32 = zlib_ng.crc32(block, crc32)
        sums.append(zlib_ng.crc32(block))
        streamed.blocks.put(block)
    if crc32 != streamed.crc32:
        raise ArchiveError(f"{member.path!r} changed while it was packed")
    return sums


def _stream_deflated(streamed: StreamedMember, level: CompressionLevel, file: BinaryIO) -> None:
    streamed.method = DEFLATED
    compressor = stream_compressor(level)
    for block in blocks_of(streamed.member, file):
        streamed.crc32 = zlib_ng.crc32(block, streamed.crc32)
        if compressed := compressor.compress(block):
            streamed.blocks.put(compressed)
    streamed.blocks.put(compressor.flush())


def blocks_of(member: Member, file: BinaryIO) -> Iterator[bytes]:
    """Its content, at most ``BLOCK_BYTES`` at a time.

    Raises:
        ArchiveError: It has another size than it said.
    """
    total = 0
    while block := file.read(BLOCK_BYTES):
        total += len(block)
        if total > member.size_bytes:
            break
        yield block
    _check_size(member, total)


def _check_size(member: Member, size_bytes: int) -> None:
    if size_bytes != member.size_bytes:
        raise ArchiveError(f"{member.path!r} is not {member.size_bytes} bytes long any more")
