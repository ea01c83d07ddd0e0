"""What films are made with, as their director sees it: a build of the site, and a studio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from services.packager.film.encoding.finished import Finished
    from services.packager.film.records import Built, GameKind, Slice
    from services.packager.film.studio.shot import Shot, Taken, Told
    from shared.domain.video.film_spec import FilmSpec


class SiteBuild(Protocol):
    """Builds the site that is to be filmed."""

    def __call__(self, *, intermediate: str) -> Awaitable[Built]:
        """Build it to a key of the storage, whose upload waits to be completed."""
        ...


class Cutter(Protocol):
    """Cuts films into slices."""

    def __call__(self, spec: FilmSpec, game: GameKind) -> tuple[Slice, ...]:
        """All frames once, in order, each slice from a key frame on; then the sound."""
        ...


class FilmStudio(Protocol):
    """Shoots and finishes films; a cancel leaves nothing behind, within a second."""

    async def shoot(
        self, site: Path, shot: Shot, folder: Path, tell: Callable[[Told], object]
    ) -> Taken:
        """Play the site, and write what it shows, or what it sounds like, into a folder.

        Raises:
            FilmError: It lies in the project.
            BrowserDiedError: It does not, perhaps.
        """
        ...

    async def finish(
        self,
        spec: FilmSpec,
        slices: Sequence[Path],
        sound: Path | None,
        output: Path,
        tell: Callable[[Told], object],
    ) -> Finished:
        """Make one file of all slices and the sound.

        Raises:
            ProjectError: It cannot be what was asked for; the message says what could.
        """
        ...
