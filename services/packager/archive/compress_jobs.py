"""Compress jobs run in worker threads: they read members, compress them and sum them up.

Small members are packed whole. Large ones pass through a bounded channel, block by block. What is
stored has its CRC known beforehand, so that only a large compressed member needs a data descriptor.
"""

from __future__ import annotations

import hashlib
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
from services.packager.archive.member import ArchiveError, Member
from services.packager.archive.pages import Buffer, Kept, Page
from services.packager.archive.unread import Unread, damaged, read
from services.packager.archive.zip_records import DEFLATED, STORED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from services.packager.archive.pages import PageStore

BLOCK_BYTES: Final = 1 << 20
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
        self.blocks: Channel[bytes] = Channel(CHANNEL_BLOCKS)
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
    """The same, but what an earlier export has deflated comes from its page, which is kept up.

    What it has stored is not read here: its CRC is known.

    Raises:
        ArchiveError: One that was read has another size than it said.
    """
    name = members[0].sha256
    page = Page.decode(store.recall(name))
    packed = []
    for member in members:
        kept = page.get(member.sha256)
        known = _packed_before(member, level, kept, name, store) if kept else None
        packed.append(known or _pack(member, level))
    found = {one.member.sha256: _kept(one) for one in packed if worth_a_try(one.member, level)}
    if page.lacks(found):
        store.keep(name, page.renewed(found).encode())
    return packed


def stream(
    streamed: StreamedMember, level: CompressionLevel, store: PageStore | None = None
) -> None:
    """Give a large member's blocks to its channel, and any error too.

    A page knows whether an earlier export has stored it, and its CRC.
    """
    store = store if streamed.member.sha256 and worth_a_try(streamed.member, level) else None
    try:
        known = _known_crc32(streamed.member, store)
        if known is None or not _stream_known(streamed, known):
            with streamed.member.open() as file:
                if known is not None:
                    _check_hash(streamed.member, file)
                _stream(streamed, level, file)
            if store and streamed.method == STORED:
                _keep_large(streamed, store)
    except ClosedError:
        return
    except BaseException as error:  # noqa: BLE001 - it is raised where the blocks are taken
        streamed.blocks.finish(error)
    else:
        streamed.blocks.finish()


def _packed_before(
    member: Member, level: CompressionLevel, kept: Kept, name: str, store: PageStore
) -> CompressedMember | None:
    """What is known of it already is not found out again."""
    if worth_a_try(member, level) and kept.deflated:
        alone = bytes(kept.deflated)  # a view would hold its whole page in memory
        return CompressedMember(member, DEFLATED, kept.crc32, alone)
    if member.open_unchecked is None:
        data, crc32 = _read(member)
        return CompressedMember(member, STORED, crc32, data)
    unread = Unread(member, kept.crc32, lambda: store.keep(name, Page({}).encode()))
    return CompressedMember(member, STORED, kept.crc32, unread)


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
    return Kept(packed.crc32, read(packed.data) if packed.method == DEFLATED else b"")


def _stream(streamed: StreamedMember, level: CompressionLevel, file: BinaryIO) -> None:
    member = streamed.member
    if worth_a_try(member, level):
        level = level_for(sample_of_file(file, member.size_bytes), level)
        if level is not CompressionLevel.STORE:
            return _stream_deflated(streamed, level, file)
    return _stream_stored(streamed, file)


def _known_crc32(member: Member, store: PageStore | None) -> int | None:
    """The CRC of what an earlier export has stored, where it can be read unchecked."""
    if store is None or member.open_unchecked is None:
        return None
    kept = Page.decode(store.recall(member.sha256)).get(member.sha256)
    return None if kept is None or kept.deflated else kept.crc32


def _stream_known(streamed: StreamedMember, crc32: int) -> bool:
    """Stream what an earlier export has stored, unless its CRC is another one now."""
    member = streamed.member
    assert member.open_unchecked is not None  # noqa: S101 - its CRC is asked for only then
    with member.open_unchecked() as file:
        if _sum_up(member, file) != crc32:
            return False
        _put_stored(streamed, file, crc32)
    return True


def _check_hash(member: Member, file: BinaryIO) -> None:
    """Damage was noticed: what is said to have been checked may have been before that."""
    digest = hashlib.sha256()
    while block := file.read(BLOCK_BYTES):
        digest.update(block)
    if digest.hexdigest() != member.sha256:
        raise damaged(member)
    file.seek(0)


def _keep_large(streamed: StreamedMember, store: PageStore) -> None:
    sha256 = streamed.member.sha256
    store.keep(sha256, Page({sha256: Kept(streamed.crc32, b"")}).encode())


def _stream_stored(streamed: StreamedMember, file: BinaryIO) -> None:
    """Read twice: the CRC stands before the data, so that every reader can take it as it comes."""
    crc32 = _sum_up(streamed.member, file)
    if crc32 is None:
        raise _of_another_size(streamed.member)
    _put_stored(streamed, file, crc32)


def _sum_up(member: Member, file: BinaryIO) -> int | None:
    """The CRC of a file; None where it has another size than it should."""
    crc32, size = 0, 0
    while block := file.read(BLOCK_BYTES):
        crc32 = zlib_ng.crc32(block, crc32)
        size += len(block)
        if size > member.size_bytes:
            break
    return crc32 if size == member.size_bytes else None


def _put_stored(streamed: StreamedMember, file: BinaryIO, known: int) -> None:
    member = streamed.member
    streamed.crc32 = known
    file.seek(0)
    crc32 = 0
    for block in blocks_of(member, file):
        crc32 = zlib_ng.crc32(block, crc32)
        streamed.blocks.put(block)
    if crc32 != streamed.crc32:
        raise ArchiveError(f"{member.path!r} changed while it was packed")


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
        raise _of_another_size(member)


def _of_another_size(member: Member) -> ArchiveError:
    return ArchiveError(f"{member.path!r} is not {member.size_bytes} bytes long any more")
