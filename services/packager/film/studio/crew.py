"""The crew works where a stranger's game does, and is no more to be trusted than that.

It confines itself before it starts the browser, or reads a file that comes from one.
"""

from __future__ import annotations

import asyncio
import os
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.packager.film.encoding.errors import SliceDamagedError
from services.packager.film.studio.errors import BrowserDiedError, FilmPageError
from services.packager.film.studio.jobs import Failed, Place, Take
from services.packager.film.studio.notes import cut
from services.packager.processes.elf_loader import loader_of
from services.packager.sandbox import channel
from services.packager.sandbox.confinement import Limits, View, confine, probe
from shared.errors import ExportError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from services.packager.film.studio.jobs import FilmFinished, Job, ShotTaken
    from services.packager.film.studio.shot import Told

    Work = Callable[[], ShotTaken | FilmFinished]

MOST_OF_MESSAGE: Final = 3_000
_READABLE: Final = (  # of the system, by the browser
    "/etc/fonts",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys/fs/inotify/max_user_watches",
    "/sys/devices/system/cpu",
)


def run(job: Job, end: socket.socket, keeper: int) -> None:
    """Do what the job says; however that ends, the packager is told."""
    scratch = Path(job.scratch)

    def tell(told: Told) -> None:
        channel.send(end, told)

    # Imported, and listening, while all of the system may be used; no thread has begun.
    with asyncio.Runner() as runner:
        if isinstance(job.work, Take):
            from services.packager.film.studio.shooting import opened  # noqa: PLC0415

            shooting = runner.run(opened(job.work, scratch, job.limits, tell))
            port: int | None = shooting.port
            work: Work = lambda: runner.run(shooting.take())  # noqa: E731 - awaits once it may
        else:
            from services.packager.film.studio.finishing import finished  # noqa: PLC0415

            work, port = partial(finished, job.work, scratch, tell), None
        _confine(job, port)
        if os.getppid() != keeper:
            return  # it died before its death could be ours
        channel.send(end, _last_word(work, scratch))


def _last_word(work: Work, scratch: Path) -> ShotTaken | FilmFinished | Failed:
    try:
        return work()
    except BrowserDiedError as error:
        return Failed(code=error.code, message=f"{error}", log=_browser_log(scratch))
    except ExportError as error:
        return _failed(error)
    except Exception as error:  # noqa: BLE001 - it is told where it is known what to do
        text = traceback.format_exc()[-MOST_OF_MESSAGE:]
        return Failed(code="internal", message=cut(repr(error), MOST_OF_MESSAGE), log=text)


def _failed(error: ExportError) -> Failed:
    message = cut(str(error), MOST_OF_MESSAGE)
    if isinstance(error, FilmPageError):
        return Failed(code=error.code, message=message, place=Place(error.file, error.line))
    if isinstance(error, SliceDamagedError):
        return Failed(code=error.code, message=cut(error.reason), slice_number=error.number)
    return Failed(code=error.code, message=message)


def _confine(job: Job, port: int | None) -> None:
    work, limits = job.work, job.limits
    programs: tuple[Path, ...] = ()
    listed: tuple[Path, ...] = ()
    if isinstance(work, Take):
        program = Path(work.program)
        loader = loader_of(program)
        programs = (program.parent, *((loader,) if loader else ()))
        readable = (work.site, work.camera, *_READABLE)
        listed = (Path("/proc"),)  # it counts its threads
    else:
        readable = (*work.slices, *((work.sound,) if work.sound else ()))
    confine(
        View(
            scratch=Path(job.scratch),
            programs=programs,
            readable=tuple(map(Path, readable)),
            listed=listed,
        ),
        Limits(
            memory_bytes=2 * limits.memory_bytes,  # of each: the keeper says what is too much
            cpu_s=limits.cpu_s,
            file_bytes=limits.file_bytes,
            processes=limits.threads,
        ),
        probe(),
        user=job.user,
        port=port,
    )


def _browser_log(scratch: Path) -> str:
    """The end of what the browser has written, for operators."""
    try:
        return (scratch / "browser.log").read_bytes()[-MOST_OF_MESSAGE:].decode(errors="replace")
    except OSError:
        return ""
