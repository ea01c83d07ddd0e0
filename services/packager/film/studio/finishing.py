"""A film is finished where its slices, which come from strangers' pages, can do no harm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from services.packager.film.encoding.finish import finish
from services.packager.film.studio.jobs import FilmFinished
from services.packager.film.studio.shot import FinishedShare

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.film.studio.jobs import Finish
    from services.packager.film.studio.shot import Told


def finished(work: Finish, scratch: Path, tell: Callable[[Told], object]) -> FilmFinished:
    """Make the film's file.

    Raises:
        ExportError: As ``encoding.finish`` says.
    """

    def share(done: float) -> None:
        tell(FinishedShare(min(max(done, 0.0), 1.0)))

    slices = list(map(Path, work.slices))
    sound = Path(work.sound) if work.sound else None
    return FilmFinished(finish(work.spec, slices, sound, scratch / work.name, share))
