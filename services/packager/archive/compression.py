"""Compression depends on a member's name, a look at its content, and the level asked for."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

import deflate
from zlib_ng import zlib_ng

if TYPE_CHECKING:
    from services.packager.archive.member import Member

RAW_WINDOW: Final = -15  # deflate without a header, 32 KiB window
SAMPLE_BYTES: Final = 8 << 10
STORED_FROM: Final = 0.95  # of its length: a sample that keeps so much is not worth the time
PROBE_FROM_BYTES: Final = 16 << 10  # compressing less costs hardly more than probing it

_PACKED_ALREADY: Final = re.compile(
    r"\.(7z|aac|apk|avif|br|bz2|flac|gif|gz|heic|jpe?g|lz4|m4[av]|mkv|mov|mp[34]|og[agv]|opus|png"
    r"|rar|web[mp]|woff2?|xz|zip|zst)\Z",
    re.IGNORECASE,
)


class CompressionLevel(Enum):
    """How hard to try; measured on one core, MB/s of text: 450, 80, 8."""

    STORE = "store"
    FAST = "fast"
    BALANCED = "balanced"
    BEST = "best"


LIBDEFLATE: Final = {
    CompressionLevel.FAST: 1,
    CompressionLevel.BALANCED: 6,
    CompressionLevel.BEST: 12,
}  # what is in memory
ZLIB_NG: Final = {
    CompressionLevel.FAST: 2,
    CompressionLevel.BALANCED: 3,
    CompressionLevel.BEST: 9,
}  # what is streamed


class Compressor(Protocol):
    """Deflates block by block."""

    def compress(self, data: bytes, /) -> bytes:
        """What is ready of it, perhaps nothing yet."""
        ...

    def flush(self) -> bytes:
        """The rest."""
        ...


def worth_a_try(member: Member, level: CompressionLevel) -> bool:
    """Whether a member may be compressed at all, as far as can be told without reading it."""
    if level is CompressionLevel.STORE or member.compress is False or member.size_bytes == 0:
        return False
    return member.compress is True or not _PACKED_ALREADY.search(member.path)


def level_for(sample: bytes, level: CompressionLevel) -> CompressionLevel:
    """The level asked for, or none at all where it gains next to nothing: some 100 µs to say so."""
    kept = len(deflate.deflate_compress(sample, LIBDEFLATE[CompressionLevel.FAST])) / max(
        len(sample), 1
    )
    return CompressionLevel.STORE if kept >= STORED_FROM else level


def sample_of(data: bytes) -> bytes:
    """Beginning, middle and end."""
    if len(data) <= 3 * SAMPLE_BYTES:
        return data
    middle = len(data) // 2
    return data[:SAMPLE_BYTES] + data[middle : middle + SAMPLE_BYTES] + data[-SAMPLE_BYTES:]


def sample_of_file(file: BinaryIO, size_bytes: int) -> bytes:
    """Beginning, middle and end of a large file; leaves it at its beginning."""
    sample = b""
    for position in (0, size_bytes // 2, size_bytes - SAMPLE_BYTES):
        file.seek(position)
        sample += file.read(SAMPLE_BYTES)
    file.seek(0)
    return sample


def compress_whole(data: bytes, level: CompressionLevel) -> bytes | bytearray:
    """Deflate what is in memory, as well as it deserves; what comes back may be longer."""
    if len(data) >= PROBE_FROM_BYTES:
        level = level_for(sample_of(data), level)
    if level is CompressionLevel.STORE:
        return data
    compressed: bytearray = deflate.deflate_compress(data, LIBDEFLATE[level])
    return compressed


def stream_compressor(level: CompressionLevel) -> Compressor:
    """Deflate what is not in memory."""
    return zlib_ng.compressobj(ZLIB_NG[level], zlib_ng.DEFLATED, RAW_WINDOW)
