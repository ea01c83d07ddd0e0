"""A game is filmed in a window like those in which it is played."""

from __future__ import annotations

import pytest

from services.packager.film.studio.viewport import pixel_ratio
from tests.films import film_spec


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
    assert pixel_ratio(film_spec(width=width, height=height)) == ratio
