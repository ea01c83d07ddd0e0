"""Pictures and animations meet a size by a lower quality, where they have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.film.encoding.gif import DITHERS, write_gif
from services.packager.film.encoding.size_target import too_large, untold
from services.packager.film.encoding.stills import LOSSLESS, write_sheet, write_stills
from services.packager.film.encoding.webp import write_webp
from shared.domain.build_warnings import BuildWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from services.packager.film.encoding.slice_files import SliceFile
    from shared.domain.video.film_spec import FilmSpec

_LOWER: Final = (75, 50, 30, 15, 5)  # qualities


def write_pictures(
    spec: FilmSpec,
    slices: Sequence[SliceFile],
    output: Path,
    tell: Callable[[float], None],
) -> tuple[BuildWarning, ...]:
    """Write an animation, stills or a sheet; what had to be given up for its size is told.

    Raises:
        FilmTooLargeError: It cannot be that small; the message says what would fit.
        SliceDamagedError: A picture cannot be decoded.
    """
    told = tell
    for number, attempt in enumerate(_attempts(spec)):
        if spec.kind == "sheet":
            write_sheet(spec, slices, output, int(attempt), told)
        elif spec.kind == "stills":
            write_stills(spec, slices, output, int(attempt), told)
        elif spec.codec == "gif":
            write_gif(spec, slices, output, str(attempt), told)
        else:
            write_webp(spec, slices, output, int(attempt), told)
        told = untold  # what is done never falls
        needed = output.stat().st_size
        if spec.max_bytes is None or needed <= spec.max_bytes:
            return (_lowered(spec, attempt),) if number else ()
    output.unlink()
    raise too_large(spec, spec.max_bytes or 0, needed)


def _attempts(spec: FilmSpec) -> Sequence[int | str]:
    """Qualities from the one that is asked for down; for GIF, its patterns."""
    if spec.codec == "gif":
        return DITHERS
    if spec.codec == "png":
        return (LOSSLESS,)
    return (spec.quality, *(quality for quality in _LOWER if quality < spec.quality))


def _lowered(spec: FilmSpec, attempt: int | str) -> BuildWarning:
    what = "without dithering" if spec.codec == "gif" else f"at quality {attempt}"
    return BuildWarning(
        code="film-quality-lowered",
        message=f"the {spec.codec} is made {what}, as it would be larger than "
        f"{spec.max_bytes:,} bytes; make it shorter or smaller, or raise maxBytes",
    )
