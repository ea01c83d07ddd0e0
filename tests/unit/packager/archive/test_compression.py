"""Choosing how to compress."""

from __future__ import annotations

import io
import zlib
from random import Random

import pytest

from services.packager.archive.compression import (
    SAMPLE_BYTES,
    CompressionLevel,
    compress_whole,
    level_for,
    sample_of,
    sample_of_file,
    stream_compressor,
    worth_a_try,
)
from services.packager.archive.member import Member
from tests.unit.packager.archive.reading import noise_of, text_of


def sound_of(samples: int) -> bytes:
    """16-bit samples with two silent bits: it shrinks a little, and has no repetitions."""
    rng = Random(1)
    return b"".join(rng.randrange(1 << 14).to_bytes(2, "little") for _ in range(samples))


@pytest.mark.parametrize(
    ("data", "level", "chosen"),
    [
        (text_of(20_000), CompressionLevel.BALANCED, CompressionLevel.BALANCED),
        (text_of(20_000), CompressionLevel.BEST, CompressionLevel.BEST),
        (noise_of(20_000), CompressionLevel.BEST, CompressionLevel.STORE),
        (noise_of(20_000), CompressionLevel.FAST, CompressionLevel.STORE),
        (sound_of(10_000), CompressionLevel.BALANCED, CompressionLevel.BALANCED),
        (sound_of(10_000), CompressionLevel.BEST, CompressionLevel.BEST),
        (b"", CompressionLevel.BALANCED, CompressionLevel.STORE),
    ],
)
def test_content_decides(data: bytes, level: CompressionLevel, chosen: CompressionLevel) -> None:
    """Noise is stored at any level; what shrinks a little is worth the level asked for."""
    assert level_for(data, level) is chosen


@pytest.mark.parametrize(
    ("path", "compress", "expected"),
    [
        ("a.js", None, True),
        ("a.jpg", None, False),
        ("a.JPEG", None, False),
        ("x.webp/a.glb", None, True),
        ("noextension", None, True),
        ("a.jpg", True, True),
        ("a.js", False, False),
    ],
)
def test_the_name_decides(path: str, compress: bool | None, expected: bool) -> None:
    """Media are packed already; who made the member may say otherwise."""
    member = Member.of_bytes(path, b"abc", compress=compress)
    assert worth_a_try(member, CompressionLevel.BALANCED) is expected
    assert not worth_a_try(member, CompressionLevel.STORE)


def test_a_sample_is_taken_at_three_places() -> None:
    """Noise behind a compressible header is noticed, in memory and in a file alike."""
    data = text_of(SAMPLE_BYTES) + noise_of(20 * SAMPLE_BYTES)
    file = io.BytesIO(data)
    assert sample_of_file(file, len(data)) == sample_of(data)
    assert len(sample_of(data)) == 3 * SAMPLE_BYTES
    assert file.tell() == 0
    assert sample_of(data[:100]) == data[:100]


@pytest.mark.parametrize(
    "level", [CompressionLevel.FAST, CompressionLevel.BALANCED, CompressionLevel.BEST]
)
@pytest.mark.parametrize("make", [text_of, sound_of])
def test_zlib_reads_every_level(level: CompressionLevel, make: type) -> None:
    """Whole or streamed, what comes out is raw deflate."""
    data = make(100_000)
    compressor = stream_compressor(level)
    streamed = compressor.compress(data[:60_000]) + compressor.compress(data[60_000:])
    for packed in (compress_whole(data, level), streamed + compressor.flush()):
        assert len(packed) < len(data)
        assert zlib.decompress(packed, -15) == data
