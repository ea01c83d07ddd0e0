"""What goes between the packager, the keeper of a crew, and the crew itself.

The crew is not trusted: what it says is checked when it is decoded, and names no file.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from services.packager.film.encoding.finished import Finished
from services.packager.film.studio.limits import StudioLimits
from services.packager.film.studio.shot import Count, PageKind, Share, Shot, Told
from services.packager.sandbox.confinement import FIRST_USER
from shared.domain.video.film_spec import FilmSpec

Text = Annotated[str, msgspec.Meta(max_length=4_000)]
Resource = Literal["memory", "processes", "disk", "files", "time"]


class Take(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Take a shot of a site."""

    shot: Shot
    site: str
    camera: str
    program: str  # of the browser


class Finish(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Make a film of its slices."""

    spec: FilmSpec
    slices: tuple[str, ...]
    sound: str | None
    name: str  # of the result


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """All that a crew needs to know; it comes from us."""

    work: Take | Finish
    scratch: str
    limits: StudioLimits
    user: Annotated[int, msgspec.Meta(ge=FIRST_USER)] | None  # None: the same as ours


class ShotTaken(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The last word of a crew: the shot's file is in the scratch folder."""

    name: Literal["slice.mkv", "sound.f32"]
    frames: Count
    kind: PageKind
    luma_max: Share
    difference_max: Share
    renderer: Annotated[str, msgspec.Meta(max_length=200)]


class FilmFinished(msgspec.Struct, frozen=True, tag=True):
    """The last word of a crew: the film's file is in the scratch folder."""

    finished: Finished


class Place(msgspec.Struct, frozen=True):
    """A place in a project; ``line`` counts from 1."""

    file: Annotated[str, msgspec.Meta(max_length=500)] | None
    line: Annotated[int, msgspec.Meta(ge=1)] | None


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The last word of a crew: why it has failed."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z-]{0,59}$(?!\n)")]
    message: Text
    place: Place | None = None  # where in the project
    slice_number: Count | None = None  # which is to be taken again
    log: Text = ""  # for operators


FromCrew = Told | ShotTaken | FilmFinished | Failed


class LimitHit(msgspec.Struct, frozen=True, tag=True):
    """From the keeper: the crew was killed, because it took too much."""

    what: Resource


class CrewEnded(msgspec.Struct, frozen=True, tag=True):
    """From the keeper: the crew's process has ended; ``status`` is negative for a signal."""

    status: int


FromKeeper = LimitHit | CrewEnded
