"""A game is filmed in a window like those in which it is played."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.film.studio.viewport import LARGEST_PX, window_of
from tests.films import film_spec

PAGE = "<!doctype html><title>A page</title><canvas></canvas>"
ENGINE = (Path(__file__).parents[5] / "runtimes/web-player/page/index.html").read_text()
SIDES = st.integers(64, 3_840)


def made_for(content: str) -> str:
    """A page that says the width it is made for."""
    return f'<!doctype html><meta content="{content}" name="viewport"><title>A page</title>'


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [
        (1920, 1080, 1),
        (1080, 1920, 1),
        (2560, 1440, 1),
        (3840, 2160, 2),
        (2160, 3840, 2),
        (3840, 2159, 1),  # no whole number of CSS pixels
        (320, 180, 1),
    ],
)
def test_texts_are_as_large_as_in_play(width: int, height: int, ratio: int) -> None:
    """A picture in 4K has the layout of one in full HD."""
    window = window_of(film_spec(width=width, height=height), PAGE)
    assert window == (width // ratio, height // ratio, ratio)


@pytest.mark.parametrize(
    ("width", "height", "times"),
    [(320, 180, 2), (480, 270, 2), (180, 320, 2), (256, 256, 3), (64, 64, 10), (640, 360, 1)],
)
def test_a_small_picture_of_the_engine_shows_a_larger_window(
    width: int, height: int, times: int
) -> None:
    """Its texts have the room that they have when the game is played."""
    window = window_of(film_spec(width=width, height=height), ENGINE)
    assert window == (width * times, height * times, 1 / times)


@pytest.mark.parametrize(
    ("content", "times"),
    [
        ("width=960", 3),
        ("initial-scale=1, width=640", 2),
        ("user-scalable=no; WIDTH = 641", 3),
        ("width=device-width, initial-scale=1", 2),
        ("width=Device-Width", 2),
        ("width=320", 1),
        ("min-width=960", 1),
        ("width=9999", 6),
        ("height=960", 1),
    ],
)
def test_a_page_says_the_width_that_it_is_made_for(content: str, times: int) -> None:
    """As it tells telephones; others have a window as large as the picture."""
    window = window_of(film_spec(width=320, height=180), made_for(content))
    assert window == (320 * times, 180 * times, 1 / times)


@given(SIDES, SIDES, st.sampled_from([PAGE, ENGINE, made_for("width=800")]))
def test_the_picture_fills_its_window_exactly(width: int, height: int, page: str) -> None:
    """Each side is a whole number of CSS pixels; a canvas as large as the window fits."""
    window = window_of(film_spec(width=width, height=height), page)
    sides = window.width * window.scale, window.height * window.scale
    assert sides == pytest.approx((width, height), rel=1e-12)
    assert window.width < max(width, 3_840) + LARGEST_PX
