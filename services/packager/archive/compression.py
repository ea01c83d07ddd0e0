"""How a member is compressed: by its name, by a look at its content, and by the level asked for."""

from __future__ import annotations

from enum import Enum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import deflate
from isal import isal_zlib

if TYPE_CHECKING:
    from services.packager.archive.member import Member

RAW_WINDOW: Final = -15  # deflate without a header, 32 KiB window
SAMPLE_BYTES: Final = 8 << 10
LEAST_GAIN: Final = 0.97  # a sample that shrinks less is not worth the time
PROBE_FROM_BYTES: Final = 4 << 10

PACKED_ALREADY: Final = frozenset(
    {
        *(".7z", ".aac", ".apk", ".avif", ".basis", ".br", ".bz2", ".flac", ".gif", ".gz", ".heic"),
        *(".jpeg", ".jpg", ".ktx2", ".lz4", ".m4a", ".m4v", ".mkv", ".mov", ".mp3", ".mp4", ".oga"),
        *(
            ".ogg",
            ".ogv",
            ".opus",
            ".png",
            ".rar",
            ".webm",
            ".webp",
            ".woff",
            ".woff2",
            ".xz",
            ".zip",
            ".zst",
        ),
    }
)


class Level(Enum):
    """How hard to try."""

    STORE = "store"
    FAST = "fast"  # ISA-L level 1
    BALANCED = "balanced"  # libdeflate 6; ISA-L 3 for what does not fit in memory


def worth_a_try(member: Member, level: Level) -> bool:
    """Whether a member may be compressed at all, as far as can be told without reading it."""
    if level is Level.STORE or member.compress is False or member.size_bytes == 0:
        return False
    return (
        member.compress is True or PurePosixPath(member.path).suffix.lower() not in PACKED_ALREADY
    )


def shrinks(sample: bytes) -> bool:
    """Whether a sample of the content is compressible: ISA-L at its fastest takes microseconds."""
    return len(isal_zlib.compress(sample, 0, RAW_WINDOW)) < len(sample) * LEAST_GAIN


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


def compress_whole(data: bytes, level: Level) -> bytes | bytearray:
    """Deflate what is in memory."""
    if level is Level.FAST:
        return isal_zlib.compress(data, 1, RAW_WINDOW)
    compressed: bytearray = deflate.deflate_compress(data, 6)
    return compressed


def stream_compressor(level: Level) -> Any:
    """Deflate in blocks: an object with ``compress`` and ``flush``."""
    return isal_zlib.compressobj(1 if level is Level.FAST else 3, isal_zlib.DEFLATED, RAW_WINDOW)
