"""How bright a frame is, and how much it differs from the one before: for black and frozen films.

A few thousand pixels are read, spread over the picture, so that it costs less than a millisecond.
Any other pixel counts as well where none of these differ: whole frames are compared byte by byte.
"""

from __future__ import annotations

from math import gcd
from operator import sub
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from shared.domain.video.film_spec import FilmSpec

SAMPLES: Final = 3_000  # pixels
LEAST: Final = 1e-9  # the difference where something differs that is not among the samples
_DARKEST, _LUMA_RANGE = 16, 219  # of limited range
_WEIGHTS: Final = (0.2126, 0.7152, 0.0722)  # BT.709


class FrameMeasure(msgspec.Struct, frozen=True):
    """``luma`` is the mean, 0 black, 1 white; ``difference`` the mean, 0: the very same frame.

    The difference of a slice's first frame is 0. What is transparent counts as black.
    """

    luma: float
    difference: float


class Measuring:
    """Measures frames in their order; keeps one of them."""

    def __init__(self, spec: FilmSpec) -> None:
        self._planar = spec.frame_layout == "i420"
        self._transparent = spec.transparent
        self._pixels = spec.width * spec.height
        step = max(1, self._pixels // SAMPLES)
        while gcd(step, spec.width) != 1:
            step += 1  # or only some columns would be seen
        self._step = step
        self._before = b""
        self._samples: list[bytes] = []

    def measure(self, data: memoryview | bytes) -> FrameMeasure:
        """``data`` has as many bytes as a frame has."""
        samples = self._sampled(memoryview(data))
        whole = bytes(data)
        difference = self._difference(samples) if self._before else 0.0
        if not difference and self._before and whole != self._before:
            difference = LEAST
        self._before, self._samples = whole, samples
        return FrameMeasure(self._luma(samples), difference)

    def _sampled(self, view: memoryview) -> list[bytes]:
        """The luma, or red, green, blue and, where it is of use, alpha."""
        if self._planar:
            return [view[: self._pixels : self._step].tobytes()]
        channels = 4 if self._transparent else 3
        return [view[channel :: 4 * self._step].tobytes() for channel in range(channels)]

    def _luma(self, samples: list[bytes]) -> float:
        count = len(samples[0])
        if self._planar:
            mean = (sum(samples[0]) / count - _DARKEST) / _LUMA_RANGE
            return min(1.0, max(0.0, mean))
        colours = samples[:3]
        if self._transparent:
            colours = [bytes(map(_laid_over_black, colour, samples[3])) for colour in colours]
        weighted = (weight * sum(c) for weight, c in zip(_WEIGHTS, colours, strict=True))
        return sum(weighted) / count / 255

    def _difference(self, samples: list[bytes]) -> float:
        total = sum(
            sum(map(abs, map(sub, new, old)))
            for new, old in zip(samples, self._samples, strict=True)
            if new != old
        )
        return total / (len(samples) * len(samples[0]) * 255)


def _laid_over_black(value: int, alpha: int) -> int:
    return value * alpha // 255
