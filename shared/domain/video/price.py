"""What a film costs: build minutes by what has to be drawn.

A minute is what two cores without graphics hardware draw of a middling scene in one. It is reserved
before the film is made; what is charged is the time that was really used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shared.domain.video.film_spec import FilmSpec

PIXELS_A_MINUTE: Final = 500_000_000
MOST_MINUTES: Final = 240
FORMULA: Final = (
    "frames * width * height * supersample^2 * motionBlur.subframes / "
    f"{PIXELS_A_MINUTE:,}, rounded up, at least 1; frames are durationS * fps. "
    "10 s of 1920 x 1080 at 30 fps: 622,080,000 pixels, 2 minutes"
)


def drawn_pixels(spec: FilmSpec) -> int:
    """All pixels that are drawn for a film."""
    drawn = spec.width * spec.height * spec.supersample**2
    return spec.frames * spec.subframes * drawn


def minutes_of_film(spec: FilmSpec) -> int:
    """The build minutes that a film reserves."""
    return max(1, -(-drawn_pixels(spec) // PIXELS_A_MINUTE))
