"""A film's price follows what has to be drawn, and is the same wherever it is told."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.build_minutes import required_minutes
from shared.domain.events import ExportRequested, now
from shared.domain.options import ExportOptions
from shared.domain.platforms import PLATFORMS
from shared.domain.video.options import MotionBlur, VideoOptions
from shared.domain.video.price import FORMULA, PIXELS_A_MINUTE, minutes_of_film
from shared.domain.video.spec import spec_of


def price(**video: object) -> int:
    """Of a film."""
    return minutes_of_film(spec_of(ExportOptions(video=VideoOptions(**video))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("video", "minutes"),
    [
        ({}, 2),
        ({"width": 1_920}, 3),
        ({"width": 1_920, "supersample": 2}, 10),
        ({"width": 1_920, "motion_blur": MotionBlur(subframes=8)}, 20),
        ({"width": 3_840, "fps": 60, "duration_s": 60.0}, 120),
        ({"start_s": 600.0}, 2),
        ({"start_s": 3_600.0}, 6),
        ({"frames": 1, "width": 64, "height": 64}, 1),
    ],
)
def test_the_table_of_the_document(video: dict[str, object], minutes: int) -> None:
    """The examples that makers read."""
    assert price(**video) == minutes


@given(
    st.integers(1, 600), st.sampled_from([320, 640, 1_280, 1_920]), st.integers(1, 4),
    st.integers(2, 32),
)  # fmt: skip
def test_it_is_the_formula(frames: int, width: int, supersample: int, subframes: int) -> None:
    """Rounded up, at least 1, by all that is drawn."""
    height = width * 9 // 16
    pixels = frames * width * height * supersample**2 * subframes
    blur = MotionBlur(subframes=subframes)
    if pixels > 100 * PIXELS_A_MINUTE:
        return
    spent = price(frames=frames, width=width, supersample=supersample, motion_blur=blur)
    assert spent == max(1, math.ceil(pixels / PIXELS_A_MINUTE))


def test_a_request_reserves_it() -> None:
    """Before the film is made, as the API has told it."""
    options = ExportOptions(video=VideoOptions(width=3_840, fps=60))
    asked = ExportRequested(
        export_id="e", project_id="p", user_id="u", platform="video", configuration="release",
        options=options, snapshot="5" * 64, at=now(), created_at=now(), trace_id="0" * 32,
    )  # fmt: skip
    assert required_minutes(asked) == PLATFORMS["video"].minutes_for(options) == 20
    assert PLATFORMS["web"].minutes_for(options) == PLATFORMS["web"].minutes
    assert f"{PIXELS_A_MINUTE:,}" in FORMULA
    assert "622,080,000" in FORMULA
    assert 300 * 1_920 * 1_080 == 622_080_000
