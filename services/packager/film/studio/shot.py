"""A shot is what the studio is asked for, and what it hands over and tells meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from shared.domain.build_warnings import MOST, BuildWarning
from shared.domain.preview import MAX_PREVIEW_BYTES
from shared.domain.video.film_spec import FilmSpec

ShotKind = Literal["pictures", "sound"]
PageKind = Literal["engine", "html5"]
Count = Annotated[int, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """Frames ``first`` to ``first + count - 1`` of a film, or all of its sound."""

    spec: FilmSpec
    first: Count = 0
    count: Annotated[int, msgspec.Meta(ge=1)]
    kind: ShotKind = "pictures"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A shot that was taken: its file, and what was measured on the way.

    A film is black where no slice's ``luma_max`` is above 1/64, and frozen where it
    has several frames and each slice's ``difference_max`` is 0.
    """

    path: Path  # slice.mkv, .mp4, …; or sound.f32: planes of float32, left and right, 48,000 Hz
    frames: Count  # of sound: samples of each channel
    size_bytes: Count
    kind: PageKind
    luma_max: Share = 0.0  # of the brightest frame, on average
    difference_max: Share = 0.0  # between a frame and the one before it
    renderer: Annotated[str, msgspec.Meta(max_length=200)] = ""  # what has drawn it
    notes: Annotated[tuple[BuildWarning, ...], msgspec.Meta(max_length=MOST)] = ()


class FramesDone(msgspec.Struct, frozen=True, tag=True):
    """So many frames of the shot are in its file, at so many a second on the whole."""

    done: Count
    fps: Annotated[float, msgspec.Meta(ge=0)]


class PreviewTaken(msgspec.Struct, frozen=True, tag=True):
    """A small JPEG of a frame, which is counted from the film's beginning."""

    frame: Count
    jpeg: Annotated[bytes, msgspec.Meta(min_length=1, max_length=MAX_PREVIEW_BYTES)]


class NoteTold(msgspec.Struct, frozen=True, tag=True):
    """Something that the maker should look at although the film goes on; told once."""

    note: BuildWarning


class FinishedShare(msgspec.Struct, frozen=True, tag=True):
    """How much of the finishing is done, 0 to 1."""

    share: Share


Told = FramesDone | PreviewTaken | NoteTold | FinishedShare
ENTRY: Final = "index.html"  # of a site
