"""What is known of a finished film; importable without FFmpeg."""

from __future__ import annotations

import msgspec

from shared.domain.build_warnings import BuildWarning


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is complete, and what was measured of it.

    ``loudness_lufs`` is the integrated loudness of the sound as it was encoded, by EBU R128, where
    it was measured; ``notes`` are for the film's maker.
    """

    frames: int
    size_bytes: int
    loudness_lufs: float | None = None
    notes: tuple[BuildWarning, ...] = ()
