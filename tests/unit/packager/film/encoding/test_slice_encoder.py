"""A slice holds the frames that were written, as the very same bytes each time."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.film.encoding.slice_encoder import SliceEncoder
from tests.films import CODECS, decoded, film_spec, filmed, frame, numbers, rgba

LOSSLESS = [
    {"kind": "animation", "codec": "gif", "container": "gif", "pixel_format": "pal8"},
    {"kind": "stills", "codec": "png", "container": "zip", "pixel_format": "rgba"},
    {"max_bytes": 1_000_000},
    {"codec": "vp9", "container": "webm", "pixel_format": "yuva420p", "transparent": True},
]


@pytest.mark.parametrize("codec", CODECS)
def test_frames_of_every_codec(tmp_path: Path, codec: str) -> None:
    """Every frame once and in order, and its colours and its rate said."""
    spec = film_spec(codec)
    [path] = filmed(spec, tmp_path, [7])

    assert numbers(path) == list(range(7))
    with av.open(path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert container.format.name == "matroska,webm"
        assert (context.width, context.height) == (spec.width, spec.height)
        assert stream.average_rate == spec.fps
        assert context.color_primaries == ColorPrimaries.BT709
        assert context.color_trc == ColorTrc.BT709
        assert context.colorspace == Colorspace.ITU709
        assert context.color_range == ColorRange.MPEG


@pytest.mark.parametrize("size", [(192, 108), (854, 480), (64, 66), (1280, 720)])
@pytest.mark.parametrize("codec", CODECS)
def test_same_bytes(tmp_path: Path, codec: str, size: tuple[int, int]) -> None:
    """The same frames give the same file, whatever stood in memory before."""
    spec = film_spec(codec, width=size[0], height=size[1])
    made = set()
    for _ in range(3):
        [path] = filmed(spec, tmp_path, [6])
        made.add(path.read_bytes())
        assert len([random.randbytes(size[0] * size[1] * 3 // 2) for _ in range(12)]) == 12
    assert len(made) == 1


@pytest.mark.parametrize("codec", CODECS)
def test_priority(tmp_path: Path, codec: str) -> None:
    """No thread of an encoder is put above the machine's others, whoever runs it."""
    spec = film_spec(codec)
    encoder = SliceEncoder(spec, tmp_path / "slice.mkv")
    try:
        encoder.write(frame(spec, 0))
        threads = [int(thread.name) for thread in Path("/proc/self/task").iterdir()]
        assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_OTHER}
    finally:
        encoder.close()


@pytest.mark.parametrize("changes", LOSSLESS)
def test_lossless(tmp_path: Path, changes: dict[str, Any]) -> None:
    """Where the finished file is encoded later, not a bit of a frame is lost."""
    spec = film_spec(**changes)
    [path] = filmed(spec, tmp_path, [3])

    for number, read in enumerate(decoded(path)):
        if spec.frame_layout == "i420":
            planes = read.to_ndarray(format="yuv420p")
            assert planes.tobytes() == frame(spec, number)
        else:
            expected = rgba(spec, number)
            assert np.array_equal(read.to_ndarray(format="rgba"), expected)


@given(
    size=st.tuples(st.integers(24, 90), st.integers(16, 60)),
    count=st.integers(1, 9),
    rate=st.sampled_from([(24, 1), (25, 1), (30_000, 1_001), (30, 1), (60_000, 1_001), (120, 1)]),
    codec=st.sampled_from(["h264", "prores", "prores-4444"]),
)
@settings(max_examples=25, deadline=None)
def test_any_size_rate_and_count(
    tmp_path_factory: pytest.TempPathFactory,
    size: tuple[int, int],
    count: int,
    rate: tuple[int, int],
    codec: str,
) -> None:
    """Sizes that are no multiples of anything, and a single frame, are films as well."""
    width, height = 2 * size[0], 2 * size[1]
    spec = film_spec(codec, width=width, height=height, fps_num=rate[0], fps_den=rate[1])
    [path] = filmed(spec, tmp_path_factory.mktemp("slice"), [count])

    assert numbers(path) == list(range(count))


def test_wrong_frame(tmp_path: Path) -> None:
    """A frame of another size is refused, and the slice goes on."""
    spec = film_spec()
    encoder = SliceEncoder(spec, tmp_path / "slice.mkv")
    with pytest.raises(ValueError, match=r"a frame has 31,104 bytes, but 3 were given"):
        encoder.write(b"\0\0\0")
    encoder.write(frame(spec, 5))
    encoder.close()
    encoder.close()
    with pytest.raises(ValueError, match="closed"):
        encoder.write(frame(spec, 6))

    assert numbers(tmp_path / "slice.mkv") == [5]


def test_wrong_options(tmp_path: Path) -> None:
    """What an encoder does not take is an error at once."""
    with pytest.raises(av.FFmpegError):
        SliceEncoder(film_spec("prores", pixel_format="yuv420p"), tmp_path / "slice.mkv")
