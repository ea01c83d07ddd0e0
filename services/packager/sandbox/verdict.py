"""How a build ended, as an error that its maker, or an operator, can do something about."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

import structlog

from services.packager.build.progress import megabytes
from services.packager.project.too_heavy import ProjectTooHeavyError
from services.packager.registry.faults import RegistryAwayError
from services.packager.sandbox.build_server import BuildServerLostError
from services.packager.sandbox.channel import FilesInFlightError
from services.packager.storage.disk_cache import CacheFullError
from shared.errors import ExportError, PreflightError, ProjectError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.sandbox.confinement import Limits
    from services.packager.sandbox.messages import Ended, Failed

log = structlog.get_logger()

CRASHES: Final = frozenset(
    {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT, signal.SIGTRAP}
)


class ProtocolError(Exception):
    """A build said what none of ours would say."""


class ProjectBreaksToolsError(ProjectError):
    """A file of the project made a decoder crash; only that build has ended."""

    code = "project-breaks-tools"
    title = "A file of the project cannot be read"


class _RetryableError(ExportError):
    """The same build may succeed later."""

    retryable = True


KINDS: Final[dict[str, type[ExportError]]] = {
    "preflight": PreflightError,
    "project": ProjectError,
    "retryable": _RetryableError,
    "final": ExportError,
}


def failed(said: Failed) -> ExportError:
    """The error that a build has raised; it keeps its code and its kind."""
    if said.traceback:
        log.error("build.failed", traceback=said.traceback)
    if said.code == CacheFullError.code:
        return CacheFullError(said.message)  # the world's fault, which is not counted
    if said.code == FilesInFlightError.code:
        return FilesInFlightError(said.message)
    if said.code == RegistryAwayError.code:
        return RegistryAwayError(said.message)
    names = {"code": said.code, "title": said.title, "status": said.status, "public": said.public}
    error: ExportError = type("BuildError", (KINDS[said.kind],), names)(said.message)
    return error


def died(ended: Ended, limits: Limits, suspects: Sequence[str]) -> ExportError:
    """The reason why a build's process ended without a word."""
    number = -ended.status
    file = " or ".join(suspects)
    if ended.too_much_memory:
        return ProjectTooHeavyError("memory", file=file, limit=megabytes(limits.memory_bytes))
    if number == signal.SIGXCPU:
        return ProjectTooHeavyError("computing time", file=file, limit=f"{limits.cpu_s} s")
    if number in CRASHES:
        name = signal.Signals(number).name
        log.error("build.crashed", signal=name, suspects=suspects)
        message = (
            f"{_named(suspects)} makes a decoder crash ({name}): save it anew, or leave it out"
        )
        return ProjectBreaksToolsError(message)
    log.error("build.died", status=ended.status)
    return BuildServerLostError("the build's process was killed; it begins anew")


def hangs(quiet_s: float, suspects: Sequence[str]) -> ExportError:
    """The build says nothing any more."""
    file = " or ".join(suspects)
    return ProjectTooHeavyError("time", file=file, limit=f"{quiet_s:.0f} s without a sign of life")


def broken(error: Exception, suspects: Sequence[str]) -> ExportError:
    """The build said what none of ours would say: something has taken it over, or we have a bug."""
    log.error("build.out-of-order", error=repr(error), suspects=suspects)
    message = f"{_named(suspects)} makes the build misbehave: save it anew, or leave it out"
    return ProjectBreaksToolsError(message)


def _named(suspects: Sequence[str]) -> str:
    return " or ".join(suspects) if suspects else "the project"
