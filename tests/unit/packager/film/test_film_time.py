"""What a slice may take, and what would fit where it is too much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.film.film_time import (
    MEASURED,
    FilmTimes,
    Pace,
    SliceTooLongError,
    check_times,
)
from services.packager.film.slices import cut
from tests.films import film_spec

if TYPE_CHECKING:
    from services.packager.film.records import GameKind

TIMES = FilmTimes(shot_s=600.0)


def refusal(game: GameKind, **film: float) -> str:
    """Why a film is refused; empty where it is not."""
    spec = film_spec(**film)
    try:
        check_times(spec, game, cut(spec, game), TIMES)
    except SliceTooLongError as error:
        return str(error)
    return ""


@given(
    frames=st.integers(1, 72_000),
    width=st.sampled_from([64, 640, 1_280, 3_840]),
    start_s=st.sampled_from([0.0, 5.0, 600.0, 3_600.0]),
    supersample=st.integers(1, 4),
)
def test_what_is_said_to_fit_is_not_refused(
    frames: int, width: int, start_s: float, supersample: int
) -> None:
    """Fewer frames at this size, and the same film in small."""
    film = {"frames": frames, "start_s": start_s, "supersample": supersample}
    size = {"width": width, "height": width * 9 // 16 // 2 * 2}
    why = refusal("html5", **film, **size)
    if fewer := re.search(r"the first ([\d,]+) frames", why):
        fitting = film | {"frames": int(fewer[1].replace(",", ""))}
        assert refusal("html5", **fitting, **size) == ""
    if smaller := re.search(r"all of it fits at (\d+) × (\d+)", why):
        assert int(smaller[1]) < width
        assert refusal("html5", **film, width=int(smaller[1]), height=int(smaller[2])) == ""


def test_an_engines_film_is_cut_so_that_each_slice_has_time() -> None:
    """Ten minutes of 4K have many; the same of an HTML5 game has one, which is refused."""
    film = {"frames": 18_000, "width": 3_840, "height": 2_160}
    assert refusal("engine", **film) == ""
    assert "filmed in one piece" in refusal("html5", **film)


def test_a_light_game_in_4k_is_not_refused_for_what_a_heavy_one_takes() -> None:
    """Nobody knows before its first frames."""
    spec = film_spec(frames=3_600, width=3_840, height=2_160)
    check_times(spec, "html5", cut(spec, "html5"), FilmTimes())


@given(
    first_s=st.floats(1, 3_000),
    frame_s=st.floats(0.01, 60),
    first=st.integers(1, 50),
    more=st.integers(MEASURED, 500),
    count=st.integers(600, 30_000),
)
def test_the_pace_of_a_slice_tells_its_end_and_what_would_fit(
    first_s: float, frame_s: float, first: int, more: int, count: int
) -> None:
    """The way to its first frame counts once, and is not a part of what each frame takes."""
    pace = Pace(first_s, first, more * frame_s, more)
    end_s = pace.end_s(count)
    assert end_s == pytest.approx(first_s + frame_s * (count - first))
    assert pace.frames(end_s) in {count - 1, count}
    assert pace.frames(first_s) == first
    assert not Pace(first_s, first, 0.0, MEASURED - 1).is_known(0.0)


@pytest.mark.parametrize(("start_s", "is_refused"), [(10.0, False), (3_600.0, True)])
def test_the_way_to_a_late_start_counts(start_s: float, is_refused: bool) -> None:
    """A page draws it; an engine's game steps it."""
    film = {"frames": 30, "width": 1_280, "height": 720, "start_s": start_s}
    assert bool(refusal("html5", **film)) is is_refused
    assert refusal("engine", **film) == ""


def test_what_nothing_fits_of_says_what_else_helps() -> None:
    """As where the film begins too late."""
    film = {"frames": 180_000, "width": 1_280, "height": 720, "start_s": 3_600.0}
    assert "earlier startS" in refusal("html5", **film)
