"""A film's specification: what follows from it, and how it travels."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest

from shared.domain.video.film_spec import FilmSpec, Sound, TimedAction

MOVIE = FilmSpec(
    kind="movie",
    codec="h264",
    container="mp4",
    width=1280,
    height=720,
    fps_num=30_000,
    fps_den=1_001,
    frames=300,
    start_s=0.0,
    supersample=1,
    subframes=1,
    shutter=0.5,
    transparent=False,
    pixel_format="yuv420p",
    encoder_options={"crf": "18"},
    bit_rate=None,
    keyframe_s=2.0,
    max_bytes=None,
    sound=Sound(codec="aac", bit_rate=192_000),
    scene="",
    camera_path="",
    input="",
    input_track=(TimedAction(t=1.5, type="key", code="KeyW"),),
    seed=0,
    columns=1,
    quality=90,
)
changed = msgspec.structs.replace


def test_the_rate_is_exact() -> None:
    """29.97 frames a second is no decimal fraction."""
    assert MOVIE.fps == Fraction(30_000, 1_001)
    assert MOVIE.duration_s == pytest.approx(10.01)


@pytest.mark.parametrize(
    ("change", "lossless", "layout"),
    [
        ({}, False, "i420"),
        ({"max_bytes": 1_000_000}, True, "i420"),
        ({"bit_rate": 8_000_000, "passes": 2}, True, "i420"),
        ({"kind": "animation", "pixel_format": "pal8"}, True, "rgba"),
        ({"kind": "stills", "pixel_format": "rgb24"}, True, "rgba"),
        ({"kind": "sheet", "pixel_format": "rgba"}, True, "rgba"),
        ({"codec": "prores", "container": "mov", "pixel_format": "yuv422p10le"}, False, "rgba"),
        ({"container": "webm", "transparent": True, "pixel_format": "yuva420p"}, True, "rgba"),
        ({"container": "mov", "transparent": True, "pixel_format": "yuva444p10le"}, False, "rgba"),
    ],
)
def test_slices_are_lossless_where_the_end_encodes_them(
    change: dict[str, object], lossless: bool, layout: str
) -> None:
    """What needs the whole film, or alpha in two streams, is encoded once all slices are there."""
    spec = changed(MOVIE, **change)
    assert (spec.lossless_slices, spec.frame_layout) == (lossless, layout)


def test_it_travels_whole() -> None:
    """A message holds all of it, by names that the page reads too."""
    message = msgspec.json.encode(MOVIE)
    assert msgspec.json.decode(message, type=FilmSpec) == MOVIE
    assert {"fpsNum", "startS", "inputTrack"} <= msgspec.json.decode(message).keys()


def test_its_file_is_known() -> None:
    """A JPEG's file ends as everybody's does."""
    assert (MOVIE.content_type, MOVIE.ending) == ("video/mp4", "mp4")
    still = changed(MOVIE, kind="stills", codec="jpeg", container="jpeg", pixel_format="yuvj420p")
    assert (still.content_type, still.ending) == ("image/jpeg", "jpg")
