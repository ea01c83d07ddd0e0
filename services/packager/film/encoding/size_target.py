"""A film is encoded so that it is as large as it may be, or as its rate says."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import msgspec

from services.packager.film.encoding.errors import FilmTooLargeError
from services.packager.film.encoding.reencoding import Pass, encode, has_statistics, look_ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.packager.film.encoding.slice_files import SliceFile
    from services.packager.film.encoding.sound import FilmSound
    from shared.domain.video.film_spec import FilmSpec

ATTEMPTS: Final = 5
MOST_BITS_A_PIXEL: Final = 0.4  # more shows no difference
LEAST_BITS_A_PIXEL: Final = 0.002  # less shows nothing
_AIM: Final = 0.98  # of what is left for the pictures
_NEAR: Final = 0.03  # of a rate that is met
_CLOSER: Final = 0.97  # after each miss
_FILE_BYTES: Final = 3_000
_FRAME_BYTES: Final = 24  # of the index, for a picture and the sound that goes with it


def encode_to_size(
    spec: FilmSpec,
    slices: Sequence[SliceFile],
    sound: FilmSound | None,
    output: Path,
    tell: Callable[[float], None],
) -> None:
    """Write a film of at most ``spec.max_bytes``, or at ``spec.bit_rate``.

    Raises:
        FilmTooLargeError: It cannot be that small; the message says what would fit.
        SliceDamagedError: A picture cannot be decoded.
    """
    besides = sound.size_bytes() if sound else 0
    rate = spec.bit_rate or 0
    if spec.max_bytes is not None:
        rate = rate_for(spec, spec.max_bytes, besides)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix="passes-") as folder:
        this = Pass(bit_rate=rate)
        if has_statistics(spec):
            this = Pass(bit_rate=rate, number=1, statistics=str(Path(folder) / "statistics"))
            look_ahead(spec, slices, this, lambda share: tell(share / 3))
            this = msgspec.structs.replace(this, number=2)
        for attempt in range(ATTEMPTS):
            told = (lambda share: tell((1 + 2 * share) / 3)) if attempt == 0 else untold
            try:
                encode(spec, slices, sound, output, last=this, tell=told)
            except av.ExternalError:
                if not this.number:
                    raise
                this = msgspec.structs.replace(this, number=0)  # x264: the statistics forbid it
                continue
            rate = _better_rate(
                spec, this.bit_rate, output.stat().st_size - besides, besides, attempt
            )
            if not rate:
                tell(1.0)
                return
            this = msgspec.structs.replace(this, bit_rate=rate)
    needed = output.stat().st_size
    output.unlink()
    raise too_large(spec, spec.max_bytes or 0, needed)


def rate_for(spec: FilmSpec, max_bytes: int, sound_bytes: int) -> int:
    """The rate of the pictures, bits/s, that fills a file of that size.

    Raises:
        FilmTooLargeError: Nothing would be seen at that rate.
    """
    duration_s, pixels = spec.duration_s, spec.width * spec.height * float(spec.fps)
    besides = sound_bytes + _FILE_BYTES + _FRAME_BYTES * spec.frames
    rate = int((max_bytes - besides) * 8 * _AIM / duration_s)
    least = pixels * LEAST_BITS_A_PIXEL
    if rate < least:
        raise too_large(spec, max_bytes, besides + math.ceil(least * duration_s / 8 / _AIM))
    return min(rate, math.ceil(pixels * MOST_BITS_A_PIXEL))


def too_large(spec: FilmSpec, max_bytes: int, needed: int) -> FilmTooLargeError:
    """What would fit, where the film needs so many bytes at least."""
    share = max_bytes / needed
    side = math.sqrt(share)
    width, height = (max(2, int(px * side) // 2 * 2) for px in (spec.width, spec.height))
    return FilmTooLargeError(
        f"{spec.duration_s:g} s of {spec.width} × {spec.height} px do not fit into "
        f"{max_bytes:,} bytes: {spec.duration_s * share:.3g} s of it would, or {width} × {height} "
        f"px; all of it needs about {math.ceil(needed * 1.02):,} bytes"
    )


def _better_rate(spec: FilmSpec, rate: int, pictures: int, sound: int, attempt: int) -> int:
    """The rate of the next attempt; 0 where this one is what was asked for."""
    if spec.max_bytes is not None:
        left = spec.max_bytes - sound
        return 0 if pictures <= left else max(1, int(rate * left / pictures * _CLOSER))
    wanted = rate * spec.duration_s / 8  # of libvpx, whose statistics are out of reach
    missed = abs(pictures - wanted) > _NEAR * wanted
    return 0 if has_statistics(spec) or attempt or not missed else int(rate * wanted / pictures)


def untold(_: float) -> None:
    """Of further attempts nothing is told, as what is done never falls."""
