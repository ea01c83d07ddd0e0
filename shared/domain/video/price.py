"""What a film costs: build minutes by what has to be drawn, and by the way to its beginning.

A minute is what two cores without graphics hardware draw of a heavy scene in one: a frame of
1280 x 720 costs 0.29 CPU seconds on a quiet machine and up to 0.42 on a busy one (``python -m
tests.bench --only filming``), two cores have 120 in a minute, so they draw 285 frames at least, or
263,000,000 pixels; 250,000,000 are reckoned with. A step that is not drawn costs an engine's game
2 ms, as much as 5,000 pixels; pictures and sound take it each.
Other games draw on the way, too, which nobody knows before the project is looked at. It is reserved
before the film is made; what is charged is the time that was really used.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shared.domain.video.film_spec import FilmSpec

PIXELS_A_MINUTE: Final = 250_000_000
STEP_PIXELS: Final = 10_000  # what a step on the way to the film's beginning costs
MOST_MINUTES: Final = 240
FORMULA: Final = (
    "(frames * width * height * supersample^2 * motionBlur.subframes + "
    f"startS * fps * {STEP_PIXELS:,}) / {PIXELS_A_MINUTE:,}, rounded up, at least 1; "
    "frames are durationS * fps. 10 s of 1920 x 1080 at 30 fps: 622,080,000 pixels, 3 minutes"
)


def drawn_pixels(spec: FilmSpec) -> int:
    """All pixels that are drawn for a film."""
    drawn = spec.width * spec.height * spec.supersample**2
    return spec.frames * spec.subframes * drawn


def minutes_of_film(spec: FilmSpec) -> int:
    """The build minutes that a film reserves."""
    way = math.ceil(spec.start_s * spec.fps) * STEP_PIXELS
    return max(1, -(-(drawn_pixels(spec) + way) // PIXELS_A_MINUTE))
