"""How a crew ended, as an error that a film's maker, or an operator, can do something about."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

import structlog

from services.packager.build.progress import megabytes
from services.packager.film.encoding.errors import FilmTooLargeError, SliceDamagedError
from services.packager.film.studio.errors import (
    BrowserDiedError,
    FilmError,
    FilmNeverReadyError,
    FilmPageError,
    FilmTooHeavyError,
)
from services.packager.film.studio.jobs import LimitHit
from shared.errors import ExportError, ProjectError

if TYPE_CHECKING:
    from services.packager.film.studio.jobs import CrewEnded, Failed
    from services.packager.film.studio.limits import StudioLimits

log = structlog.get_logger()

_OF_PROJECT: Final[dict[str, type[ProjectError]]] = {
    kind.code: kind
    for kind in (
        FilmError,
        FilmNeverReadyError,
        FilmPageError,
        FilmTooHeavyError,
        FilmTooLargeError,
    )
}


def failed(said: Failed) -> ExportError:
    """The error that a crew has raised; who has taken it over can only choose among these."""
    if said.log:
        log.error("studio.failed", code=said.code, output=said.log)
    if said.code == BrowserDiedError.code:
        return BrowserDiedError(said.message)
    if said.code == SliceDamagedError.code and said.slice_number is not None:
        return SliceDamagedError(said.slice_number, said.message)
    if said.code == FilmPageError.code and said.place is not None:
        return FilmPageError(said.message, file=said.place.file, line=said.place.line)
    kind = _OF_PROJECT.get(said.code)
    if kind is None:
        return ExportError(said.message)
    names = {"code": kind.code, "title": kind.title, "__init__": ExportError.__init__}
    error: ExportError = type(kind.__name__, (kind,), names)(said.message)
    return error


def died(ended: LimitHit | CrewEnded | None, limits: StudioLimits) -> ExportError:
    """The reason why a crew ended without a last word."""
    if isinstance(ended, LimitHit):
        shown = {
            "memory": megabytes(limits.memory_bytes),
            "disk": megabytes(limits.disk_bytes),
            "files": f"{limits.files:,} files",
            "processes": f"{limits.threads:,} threads",
            "time": f"{limits.shot_s:g} s",
        }
        return FilmTooHeavyError(ended.what, shown[ended.what])
    if ended is not None and ended.status == -signal.SIGXCPU:
        return FilmTooHeavyError("computing time", f"{limits.cpu_s} s")
    log.error("studio.died", status=ended.status if ended else None)
    return BrowserDiedError("the process that films was killed; the shot is taken again")


def confused(why: str) -> FilmError:
    """The crew said what none of ours would say: a page has taken it over, or we have a bug."""
    log.error("studio.out-of-order", reason=why[:1_000])
    return FilmError("the game makes the camera misbehave: leave out what is unusual in it")
