"""How large the window is in which a game is filmed, in CSS pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shared.domain.video.film_spec import FilmSpec

USUAL_LINES: Final = 1_080  # of a window in which a game is played


def pixel_ratio(spec: FilmSpec) -> int:
    """Pixels of the picture for each CSS pixel: 2 in 4K, so that texts are as large as in play.

    It divides width and height, and leaves out supersampling.
    """
    ratio = round(min(spec.width, spec.height) / USUAL_LINES)
    while ratio > 1 and (spec.width % ratio or spec.height % ratio):
        ratio -= 1
    return max(ratio, 1)
