"""Compression depends on a member's content and the level asked for, in every format alike.

A name says nothing: a JPEG with a preview or padding in it shrinks, another one does not.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

import deflate
from zlib_ng import zlib_ng

if TYPE_CHECKING:
    from services.packager.archive.member import Member

RAW_WINDOW: Final = -15  # deflate without a header, 32 KiB window
WORTH: Final = 0.02  # of its length: a member that shrinks by less is stored
LITTLE: Final = 0.07  # one that shrinks by less is packed in half the time, without a search
PIECES: Final = 32  # of a sample, from end to end: a run of one part in thirty is not missed
PIECE_BYTES: Final = 512
SAMPLE_BYTES: Final = PIECES * PIECE_BYTES  # compressing less costs hardly more than sampling it


class CompressionLevel(Enum):
    """How hard to try; measured on one core, MB/s of text: 450, 95, 8."""

    STORE = "store"
    RUNS = "runs"  # no search for what repeats but runs of one byte: for what shrinks a little
    FAST = "fast"
    BALANCED = "balanced"
    BEST = "best"


LIBDEFLATE: Final = {
    CompressionLevel.FAST: 1,
    CompressionLevel.BALANCED: 5,
    CompressionLevel.BEST: 12,
}  # what is in memory
ZLIB_NG: Final = {
    CompressionLevel.RUNS: 1,
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
    return level is not CompressionLevel.STORE and member.compress and member.size_bytes > 0


def level_for(sample: bytes, level: CompressionLevel) -> CompressionLevel:
    """The level asked for, or none at all where it gains next to nothing: some 100 µs to say so."""
    compressed_bytes = len(deflate.deflate_compress(sample, LIBDEFLATE[CompressionLevel.FAST]))
    if not _is_worth_it(compressed_bytes, len(sample)):
        return CompressionLevel.STORE
    little = compressed_bytes > (1 - LITTLE) * len(sample)
    return CompressionLevel.RUNS if little and level is not CompressionLevel.BEST else level


def sample_of(data: bytes) -> bytes:
    """Pieces from end to end: what a file begins with, a header or a preview, weighs no more."""
    if len(data) <= SAMPLE_BYTES:
        return data
    return b"".join([data[at : at + PIECE_BYTES] for at in _positions(len(data))])


def sample_of_file(file: BinaryIO, size_bytes: int) -> bytes:
    """The same of a large file; leaves it at its beginning."""
    sample = b""
    for position in _positions(size_bytes):
        file.seek(position)
        sample += file.read(PIECE_BYTES)
    file.seek(0)
    return sample


def compress_whole(data: bytes, level: CompressionLevel) -> bytes | bytearray | None:
    """Deflate what is in memory; nothing where that is not worth it."""
    if len(data) > SAMPLE_BYTES:
        level = level_for(sample_of(data), level)
    if level is CompressionLevel.STORE:
        return None
    compressed = _deflated(data, level)
    return compressed if _is_worth_it(len(compressed), len(data)) else None


def _deflated(data: bytes, level: CompressionLevel) -> bytes | bytearray:
    if level is CompressionLevel.RUNS:
        compressor = stream_compressor(level)
        return compressor.compress(data) + compressor.flush()
    compressed: bytearray = deflate.deflate_compress(data, LIBDEFLATE[level])
    return compressed


def _is_worth_it(compressed_bytes: int, size_bytes: int) -> bool:
    return compressed_bytes < size_bytes and compressed_bytes <= (1 - WORTH) * size_bytes


def _positions(size_bytes: int) -> list[int]:
    return [at * (size_bytes - PIECE_BYTES) // (PIECES - 1) for at in range(PIECES)]


def stream_compressor(level: CompressionLevel) -> Compressor:
    """Deflate what is not in memory."""
    runs = level is CompressionLevel.RUNS
    strategy = zlib_ng.Z_RLE if runs else zlib_ng.Z_DEFAULT_STRATEGY
    return zlib_ng.compressobj(
        ZLIB_NG[level], zlib_ng.DEFLATED, RAW_WINDOW, zlib_ng.DEF_MEM_LEVEL, strategy
    )
