"""What the camera says: a script in the page, and so no more to be trusted than the page."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from services.packager.film.studio.errors import FilmPageError
from services.packager.film.studio.notes import cut
from services.packager.film.studio.shot import Count, PageKind

SLOTS: Final = 4  # of the ring: the page draws on while a frame is encoded

Notes = tuple[str, ...]


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """Of a page that is ready."""

    kind: PageKind
    notes: Notes = ()


class CameraTold(msgspec.Struct, frozen=True, kw_only=True):
    """While it works, one of: a frame lies in a slot; it wants a picture; it goes on."""

    slot: Annotated[int, msgspec.Meta(ge=0, lt=SLOTS)] | None = None
    index: Count | None = None  # of the frame, from the film's beginning
    overlay: Count | None = None  # a picture of what is painted over the canvas, by a number
    screen: Count | None = None  # a picture of the page as one sees it, by a number
    alive: bool = False

    @property
    def picture(self) -> int | None:
        """The number of the picture that it wants."""
        return self.screen if self.overlay is None else self.overlay


class CameraEnded(msgspec.Struct, frozen=True, kw_only=True):
    """At its end: frames that it has handed over."""

    frames: Count
    notes: Notes = ()


class SoundTold(msgspec.Struct, frozen=True, kw_only=True):
    """Of the sound: so many samples of each channel are in its file."""

    samples: Count
    notes: Notes = ()


def disturbed(why: object) -> FilmPageError:
    """The error of a page that makes the camera say what it never would."""
    return FilmPageError(f"the game disturbs the camera: {cut(str(why))}")
