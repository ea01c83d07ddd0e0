"""All slices and the sound become the film's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.film.encoding.finished import Finished
from services.packager.film.encoding.joining import join
from services.packager.film.encoding.loudness import Level, level_of
from services.packager.film.encoding.pictures_to_size import write_pictures
from services.packager.film.encoding.reencoding import Pass, encode
from services.packager.film.encoding.size_target import encode_to_size
from services.packager.film.encoding.slice_files import look_through
from services.packager.film.encoding.sound import FilmSound
from services.packager.film.encoding.sound_file import SoundFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from shared.domain.video.film_spec import FilmSpec


def finish(
    spec: FilmSpec,
    slices: Sequence[Path],
    sound: Path | None,
    output: Path,
    tell: Callable[[float], None],
) -> Finished:
    """Write the finished film; memory does not grow with its length.

    Args:
        spec: What the slices were made by.
        slices: All of them, in the film's order.
        sound: Planes of 32-bit floats at 48 kHz, left, then right; None: the game has none.
        output: The file; what is at that path is replaced.
        tell: Gets the share that is done, 0 to 1, never falling.

    Raises:
        SliceDamagedError: A slice is not what its spec says.
        FilmTooLargeError: The film does not fit into ``spec.max_bytes``.
        OSError: A file cannot be read or written.
    """
    looked = look_through(spec, slices)
    if spec.kind != "movie":
        notes = write_pictures(spec, looked, output, tell)
        return Finished(frames=spec.frames, size_bytes=output.stat().st_size, notes=notes)
    heard, level = None, Level()
    if spec.sound is not None:
        file = SoundFile.of_film(sound, spec.frames / spec.fps)
        level = level_of(spec.sound, file)
        heard = FilmSound(spec.sound, file, level.filters)
    if not spec.lossless_slices:
        join(spec, looked, heard, output, tell)
    elif spec.max_bytes is not None or spec.passes > 1:
        encode_to_size(spec, looked, heard, output, tell)
    else:
        encode(spec, looked, heard, output, last=Pass(bit_rate=spec.bit_rate or 0), tell=tell)
    return Finished(
        frames=spec.frames,
        size_bytes=output.stat().st_size,
        loudness_lufs=level.lufs,
        notes=level.notes,
    )
