"""The bytes of one member of an archive, as it lies there or unpacked, with flat memory."""

from __future__ import annotations

import asyncio
import struct
import zlib
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, Literal

import brotli

from services.gateway.play.archive.small_members import SMALL_BYTES, SmallMembers
from services.gateway.play.archive.zip_index import DEFLATED, LOCAL_HEADER, ArchiveDamagedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from services.gateway.play.archive.archives import Archive, Archives
    from services.gateway.play.archive.zip_index import Member
    from services.gateway.play.preview.byte_ranges import ByteRange
    from shared.storage.ranged_reads import RangedReads

PIECE_BYTES: Final = 256 << 10  # that are unpacked at a time
GZIP_HEAD: Final = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # RFC 1952: deflate, no name, no time
GZIP_TAIL: Final = struct.Struct("<II")
GZIP_BYTES: Final = len(GZIP_HEAD) + GZIP_TAIL.size
_RAW: Final = -15  # windows as zlib counts them: deflate alone, and gzip
_GZIP: Final = 31


class MemberBytes:
    """Reads members of archives from the storage.

    Every stream raises ArchiveDamagedError where the archive is not what its directory says, and
    ObjectMissingError or StorageUnavailableError where it cannot be read.
    """

    def __init__(self, reads: RangedReads, archives: Archives) -> None:
        self._reads = reads
        self._archives = archives
        self._small = SmallMembers()

    async def packed(self, archive: Archive, member: Member) -> AsyncGenerator[bytes, None]:
        """A member as it lies in the archive."""
        if member.packed_size > SMALL_BYTES:
            async with aclosing(self._read(archive, member)) as blocks:
                async for block in blocks:
                    yield block
            return
        data = self._small.get(archive, member)
        if data is None:
            data = b"".join([block async for block in self._read(archive, member)])
            self._small.keep(archive, member, data)
        yield data

    async def _read(self, archive: Archive, member: Member) -> AsyncGenerator[bytes, None]:
        key, missing = archive.key, member.packed_size
        at = archive.data_offsets.get(member.offset)
        if at is None:  # one request for the header and the data, if nothing stands between them
            expected = LOCAL_HEADER.size + member.name_bytes + missing
            async with aclosing(self._reads.blocks(key, member.offset, expected)) as blocks:
                head = await _first(blocks, LOCAL_HEADER.size)
                at = self._archives.note_header(archive, member, head)
                async for piece in _cut(_joined(head, blocks), at - member.offset, missing):
                    yield piece
                    at += len(piece)
                    missing -= len(piece)
        async with aclosing(self._reads.blocks(key, at, missing)) as blocks:
            async for block in blocks:
                yield block

    async def gzipped(self, archive: Archive, member: Member) -> AsyncGenerator[bytes, None]:
        """A deflated member as a gzip file: ``GZIP_BYTES`` more than what is packed."""
        yield GZIP_HEAD
        async with aclosing(self.packed(archive, member)) as blocks:
            async for block in blocks:
                yield block
        yield GZIP_TAIL.pack(member.crc32, member.size & 0xFFFFFFFF)

    async def whole(self, archive: Archive, member: Member) -> AsyncGenerator[bytes, None]:
        """A member as it was before it was packed, ``member.size`` bytes."""
        packed = self.packed(archive, member)
        source = _inflated(packed, _RAW) if member.method == DEFLATED else packed
        missing = member.size
        async with aclosing(packed), aclosing(source):
            async for piece in source:
                missing -= len(piece)
                if missing < 0:
                    break
                yield piece
        if missing:
            raise ArchiveDamagedError("a file is not as long as the directory says")

    async def part(
        self, archive: Archive, member: Member, wanted: ByteRange
    ) -> AsyncGenerator[bytes, None]:
        """A range of it; of a deflated member all before the range is inflated, too."""
        if member.method != DEFLATED:
            at = await self._archives.data_offset(archive, member) + wanted.start
            source = self._reads.blocks(archive.key, at, wanted.size)
        else:
            source = self.whole(archive, member)
            source = _cut(source, wanted.start, wanted.size)
        async with aclosing(source):
            async for piece in source:
                yield piece

    async def decoded(
        self, archive: Archive, member: Member, coding: Literal["br", "gzip"]
    ) -> AsyncGenerator[bytes, None]:
        """A member that its maker has compressed, for a client that does not take the coding."""
        whole = self.whole(archive, member)
        source = _unbrotlied(whole) if coding == "br" else _inflated(whole, _GZIP)
        async with aclosing(whole), aclosing(source):
            async for piece in source:
                yield piece


async def _first(blocks: AsyncIterator[bytes], size: int) -> bytes:
    """So many bytes of a stream, or more."""
    head = b""
    async for block in blocks:
        head += block
        if len(head) >= size:
            break
    return head


async def _joined(head: bytes, blocks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield head
    async for block in blocks:
        yield block


async def _cut(
    blocks: AsyncGenerator[bytes, None], start: int, size: int
) -> AsyncGenerator[bytes, None]:
    """At most ``size`` bytes of a stream from ``start`` on."""
    async with aclosing(blocks):
        async for block in blocks:
            if not size:
                break
            piece = block[start : start + size] if start or len(block) > size else block
            start = max(start - len(block), 0)
            size -= len(piece)
            if piece:
                yield piece
            if not size:
                break


async def _inflated(blocks: AsyncIterator[bytes], window: int) -> AsyncGenerator[bytes, None]:
    """Deflate or gzip unpacked, in threads."""
    unpacker = zlib.decompressobj(window)
    async for block in blocks:
        data, piece = block, b""
        while data or len(piece) == PIECE_BYTES:
            try:
                piece = await asyncio.to_thread(unpacker.decompress, data, PIECE_BYTES)
            except zlib.error as error:
                raise ArchiveDamagedError("a file cannot be inflated") from error
            data = unpacker.unconsumed_tail
            if piece:
                yield piece
            if unpacker.eof:
                return
    raise ArchiveDamagedError("a file's compressed data is cut")


async def _unbrotlied(blocks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Brotli unpacked, in threads."""
    unpacker = brotli.Decompressor()
    async for block in blocks:
        data, piece = block, b""
        while data or piece:
            try:
                piece = await asyncio.to_thread(
                    unpacker.process, data, output_buffer_limit=PIECE_BYTES
                )
            except brotli.error as error:
                raise ArchiveDamagedError("a file is not in Brotli, as its name says") from error
            data = b""
            if piece:
                yield piece
            if unpacker.is_finished():
                return
    raise ArchiveDamagedError("a file's compressed data is cut")
