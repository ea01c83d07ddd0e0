"""What is known of a finished film; importable without FFmpeg."""

from __future__ import annotations

import msgspec


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is complete, and what was measured of it.

    ``loudness_lufs`` is the integrated loudness of the sound as it is in the file, where it was
    measured; ``notes`` are sentences for the film's maker.
    """

    frames: int
    size_bytes: int
    loudness_lufs: float | None = None
    notes: tuple[str, ...] = ()
