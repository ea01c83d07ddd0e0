"""The game's sound as it was rendered: planes of 32-bit floats at 48 kHz, left, then right."""

from __future__ import annotations

import math
from array import array
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec
from av.audio.frame import AudioFrame

if TYPE_CHECKING:
    from collections.abc import Iterator

HZ: Final = 48_000
BLOCK: Final = 4_800  # samples that are read at a time
TIME_BASE: Final = Fraction(1, HZ)
_BYTES: Final = 4  # of a sample
_LOUDEST: Final = 8.0  # a sample beyond is taken for a mistake; full scale is 1


class SoundFile(msgspec.Struct, frozen=True):
    """A file of sound, of which exactly so many samples are wanted; None: it is silent.

    What the file has less is silence; what it has more is left out. A number that is none is 0.
    """

    path: Path | None
    samples: int

    @classmethod
    def of_film(cls, path: Path | None, duration_s: Fraction) -> SoundFile:
        """The sound that is as long as the pictures, to the sample."""
        return cls(path, math.ceil(duration_s * HZ))

    def blocks(self) -> Iterator[AudioFrame]:
        """All samples, as frames in ``fltp`` with their times.

        Raises:
            OSError: The file cannot be read.
        """
        if self.path is None:
            yield from self._silence(0)
            return
        with self.path.open("rb") as file:
            there = self.path.stat().st_size // (2 * _BYTES)
            heard = min(there, self.samples)
            for first in range(0, heard, BLOCK):
                count = min(BLOCK, heard - first)
                planes = [_read(file, channel * there + first, count) for channel in (0, 1)]
                yield _frame(first, planes)
        yield from self._silence(heard)

    def _silence(self, first: int) -> Iterator[AudioFrame]:
        for start in range(first, self.samples, BLOCK):
            count = min(BLOCK, self.samples - start)
            yield _frame(start, [bytes(count * _BYTES)] * 2)


def _read(file: BinaryIO, first: int, count: int) -> bytes:
    file.seek(first * _BYTES)
    samples = array("f", file.read(count * _BYTES).ljust(count * _BYTES, b"\0"))
    loudest = max(map(abs, (max(samples), min(samples))))
    if math.isfinite(sum(samples)) and loudest <= _LOUDEST:
        return samples.tobytes()
    return array("f", map(_sound, samples)).tobytes()


def _sound(sample: float) -> float:
    return max(-_LOUDEST, min(_LOUDEST, sample)) if math.isfinite(sample) else 0.0


def _frame(first: int, planes: list[bytes]) -> AudioFrame:
    frame = AudioFrame("fltp", "stereo", len(planes[0]) // _BYTES)
    for plane, data in zip(frame.planes, planes, strict=True):
        plane.update(data)
    frame.sample_rate, frame.pts, frame.time_base = HZ, first, TIME_BASE
    return frame
