"""Choosing how to compress."""

from __future__ import annotations

import io
import zlib
from random import Random

import pytest
from deflate import deflate_compress

from services.packager.archive.compression import (
    PIECE_BYTES,
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
from tests.unit.packager.archive.reading import jpeg_of, noise_of, text_of


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
        (sound_of(10_000), CompressionLevel.BALANCED, CompressionLevel.RUNS),
        (sound_of(10_000), CompressionLevel.BEST, CompressionLevel.BEST),
        (b"", CompressionLevel.BALANCED, CompressionLevel.STORE),
    ],
)
def test_content_decides(data: bytes, level: CompressionLevel, chosen: CompressionLevel) -> None:
    """Noise is stored at any level; what shrinks a little is worth little time."""
    assert level_for(data, level) is chosen


@pytest.mark.parametrize(
    ("path", "compress", "expected"),
    [("a.js", True, True), ("a.jpg", True, True), ("a.js", False, False)],
)
def test_the_name_decides_nothing(path: str, compress: bool, expected: bool) -> None:
    """Who made the member may have it stored, and so may the level."""
    member = Member.of_bytes(path, b"abc", compress=compress)
    assert worth_a_try(member, CompressionLevel.BALANCED) is expected
    assert not worth_a_try(member, CompressionLevel.STORE)


def shrinking(share: float, size_bytes: int, at: float) -> bytes:
    """A JPEG with padding at one place, as cameras and editors leave it, that shrinks so much."""
    picture = jpeg_of(size_bytes)
    own = (len(picture) - len(deflate_compress(picture, 6))) / len(picture)
    padding = bytes(int(len(picture) * (share - own) / (1 - share)))
    place = int(at * len(picture))
    return picture[:place] + padding + picture[place:]


@pytest.mark.parametrize("level", [CompressionLevel.FAST, CompressionLevel.BALANCED])
@pytest.mark.parametrize("at", [0.0, 0.01, 0.37, 0.5, 0.77, 1.0])
@pytest.mark.parametrize("size_bytes", [6_000, 15_000, 17_000, 90_000, 700_000])
def test_two_in_a_hundred_is_the_limit(size_bytes: int, at: float, level: CompressionLevel) -> None:
    """What shrinks by more is deflated, wherever in it that is; what shrinks by less is stored."""
    for share, worth in ((0.04, True), (0.01, False)):
        data = shrinking(share, size_bytes, at)
        packed = compress_whole(data, level)
        assert (packed is not None) is worth
        if packed is not None:
            assert 0.95 < len(packed) / len(data) < 0.97
            assert zlib.decompress(packed, -15) == data


def test_a_large_file_is_judged_like_a_small_one() -> None:
    """The sample alone decides, as the file is streamed."""
    for share, level in ((0.04, CompressionLevel.RUNS), (0.0, CompressionLevel.STORE)):
        data = noise_of(9 << 20)
        place = len(data) // 3
        data = data[:place] + bytes(int(share * len(data))) + data[place:]
        sample = sample_of_file(io.BytesIO(data), len(data))
        assert level_for(sample, CompressionLevel.FAST) is level


def test_a_sample_is_taken_from_end_to_end() -> None:
    """Noise behind a compressible header is noticed, in memory and in a file alike."""
    data = text_of(SAMPLE_BYTES // 64) + noise_of(20 * SAMPLE_BYTES) + b"end"
    file = io.BytesIO(data)
    sample = sample_of(data)
    assert sample_of_file(file, len(data)) == sample
    assert len(sample) == SAMPLE_BYTES
    assert sample.startswith(data[:PIECE_BYTES])
    assert sample.endswith(b"end")
    assert file.tell() == 0
    assert sample_of(data[:100]) == data[:100]
    assert level_for(sample, CompressionLevel.BEST) is CompressionLevel.STORE


@pytest.mark.parametrize(
    "level",
    [
        CompressionLevel.RUNS,
        CompressionLevel.FAST,
        CompressionLevel.BALANCED,
        CompressionLevel.BEST,
    ],
)
@pytest.mark.parametrize("make", [text_of, sound_of])
def test_zlib_reads_every_level(level: CompressionLevel, make: type) -> None:
    """Whole or streamed, what comes out is raw deflate."""
    data = make(100_000)
    compressor = stream_compressor(level)
    streamed = compressor.compress(data[:60_000]) + compressor.compress(data[60_000:])
    for packed in (compress_whole(data, level), streamed + compressor.flush()):
        assert packed is not None
        assert len(packed) < len(data)
        assert zlib.decompress(packed, -15) == data
