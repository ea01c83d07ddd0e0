"""What the packagers that make a film together know of it: its plan, and how far each piece is.

The plan is there for as long as the film is wanted: whoever finds none has nothing to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import msgspec

from shared.domain.build_warnings import MOST, BuildWarning, BuildWarnings
from shared.domain.events import Event, Failure, Sha256
from shared.domain.video.film_spec import FilmSpec

if TYPE_CHECKING:
    from services.packager.sandbox.answers import Packaged

Count = Annotated[int, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
GameKind = Literal["engine", "html5"]
SliceKind = Literal["pictures", "sound"]
State = Literal["waiting", "running", "done", "failed"]


class FilmId(msgspec.Struct, frozen=True, order=True):
    """One film: a generation of an export, of a project."""

    project_id: str
    export_id: str
    generation: int

    @classmethod
    def of(cls, event: Event) -> FilmId:
        """The film that an event's generation makes."""
        return cls(event.project_id, event.export_id, event.generation)


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the film's own in the storage."""

    key: str
    size_bytes: Count
    sha256: Sha256


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """Frames that one browser shoots, or the sound of all of them."""

    kind: SliceKind = "pictures"
    first: Count = 0  # frame of the film
    count: Annotated[int, msgspec.Meta(ge=1)]  # frames


class Built(NamedTuple):
    """A site in the storage, and what kind of game it is."""

    packaged: Packaged
    game: GameKind


class FilmPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is shot on which site, and what is to be told of the site once the film is there."""

    film: FilmId
    user_id: str = ""  # whose turn it is
    spec: FilmSpec
    site: Piece
    game: GameKind
    slices: tuple[Slice, ...]  # a slice's number is its place
    build_key: Sha256  # of the site, and of everything that shapes the film beside it
    file_name: str
    warnings: BuildWarnings
    reusable: bool


class StoredShot(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a slice; measures are of its pictures."""

    piece: Piece
    name: str  # as the studio called the file, whose ending says what it is
    luma_max: Share = 0.0
    difference_max: Share = 0.0
    renderer: str = ""
    notes: Annotated[tuple[BuildWarning, ...], msgspec.Meta(max_length=MOST)] = ()


class SliceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How far a slice is; ``failures`` says why each attempt that failed did."""

    state: State = "waiting"
    attempts: Count = 0  # that were begun
    remade: Count = 0  # how often it was there, and no use
    failures: tuple[Failure, ...] = ()
    of_project: bool = False  # the last failure lies in the maker's hands
    worker: str = ""
    beats: Count = 0  # signs of life of all attempts
    doubted: int | None = None  # of an attempt out of turn: its beats when the message came, or -1
    frames: Count = 0  # that this attempt has shot
    fps: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    shot: StoredShot | None = None

    @property
    def over(self) -> bool:
        """Nothing more is done about it."""
        return self.state in {"done", "failed"}


class SliceOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The message that asks for a slice; the plan says what it is."""

    project_id: str
    export_id: str
    generation: Annotated[int, msgspec.Meta(ge=1)]
    number: Count
    user_id: str = ""

    @property
    def film(self) -> FilmId:
        """The film that it belongs to."""
        return FilmId(self.project_id, self.export_id, self.generation)
