"""The studio, seen from the packager: it takes shots and finishes films in processes of their own.

Each has a crew, which is confined and not trusted, and a keeper, which watches it and leaves
nothing of it: when the work is done, fails or is canceled, and when the packager dies.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from services.packager.film.studio import verdict
from services.packager.film.studio.browser import find_browser
from services.packager.film.studio.jobs import (
    CrewEnded,
    Failed,
    FilmFinished,
    Finish,
    FromCrew,
    FromKeeper,
    Job,
    LimitHit,
    ShotTaken,
    Take,
)
from services.packager.film.studio.shot import NoteTold, Taken
from services.packager.film.studio.usage import end_session
from services.packager.film.studio.users import Users
from services.packager.processes.threads import in_thread
from services.packager.sandbox import channel
from shared.domain.build_warnings import MOST
from shared.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.packager.film.encoding.finished import Finished
    from services.packager.film.studio.limits import StudioLimits
    from services.packager.film.studio.shot import Shot, Told
    from shared.domain.build_warnings import BuildWarning
    from shared.domain.video.film_spec import FilmSpec

log = structlog.get_logger()

KEEPER: Final = (sys.executable, "-I", "-m", "services.packager.film.studio")
INHERITED: Final = ("PATH", "LC_ALL", "PYTHONDONTWRITEBYTECODE")
BURST: Final = 200  # messages, before the next one has to wait
PAUSE_S: Final = 0.005
RESULTS: Final = {"pictures": "slice.mkv", "sound": "sound.f32"}
END_S: Final = 10.0  # for the keeper, which only kills

_from_crew: Final = msgspec.msgpack.Decoder(FromCrew)
_from_keeper: Final = msgspec.msgpack.Decoder(FromKeeper)


class Studio:
    """Takes shots and finishes films; each call has a process group of its own.

    Args:
        camera: The script that films, of the template ``film-camera``.
        limits: Of each call.
        confined: Whether strangers' games are filmed: nothing is done without the protection.
        program: The browser's; empty: Debian's ``chromium-headless-shell``.
    """

    def __init__(
        self, camera: Path, limits: StudioLimits, *, confined: bool, program: str = ""
    ) -> None:
        self.limits = limits
        self._camera = camera
        self._confined = confined
        self._program = program
        self._users = Users()

    def require(self) -> None:
        """Refuse to film strangers' games without enough protection.

        Raises:
            ConfigurationError: What is missing, and what to do.
        """
        found = self._users.protections
        if self._confined and not found.suffice_for_pages:
            raise ConfigurationError(
                f"films cannot be confined here ({found}): Linux 6.7 with Landlock and seccomp is "
                "needed; PACKAGER_SANDBOX=best-effort films games that you trust all the same"
            )

    async def shoot(
        self, site: Path, shot: Shot, folder: Path, tell: Callable[[Told], object]
    ) -> Taken:
        """Take a shot of an unpacked site.

        Args:
            site: Its folder, with an ``index.html``.
            shot: What is wanted.
            folder: Where its file comes; there must be none of that name.
            tell: Told how far it is, and each note, which the result has, too.

        Raises:
            FilmError: Why there is no film of this game.
            BrowserDiedError: The browser has ended; another attempt may succeed.
            ConfigurationError: There is no browser, or not enough protection.
        """
        program = find_browser(self._program)
        if program is None:
            raise ConfigurationError("there is no chromium-headless-shell to film with")
        notes: list[BuildWarning] = []

        def told(news: Told) -> None:
            if isinstance(news, NoteTold):
                if len(notes) == MOST:
                    return  # a crew of ours tells no more
                notes.append(news.note)
            tell(news)

        work = Take(shot=shot, site=_whole(site), camera=_whole(self._camera), program=str(program))
        last, result = await self._worked(work, folder, told)
        if not isinstance(last, ShotTaken):
            raise verdict.confused(f"{type(last).__name__} ends a shot")
        return Taken(
            path=result,
            frames=last.frames,
            size_bytes=result.stat().st_size,
            kind=last.kind,
            luma_max=last.luma_max,
            difference_max=last.difference_max,
            renderer=last.renderer,
            notes=tuple(notes),
        )

    async def finish(
        self,
        spec: FilmSpec,
        slices: Sequence[Path],
        sound: Path | None,
        output: Path,
        tell: Callable[[Told], object],
    ) -> Finished:
        """Make a film of its slices and its sound, as ``encoding.finish`` does.

        Raises:
            FilmTooLargeError: It does not fit into ``max_bytes``.
            SliceDamagedError: A slice, whose number it has, must be taken again.
            FilmTooHeavyError: A limit is met.
        """
        work = Finish(
            spec=spec,
            slices=tuple(map(_whole, slices)),
            sound=_whole(sound) if sound else None,
            name=output.name,
        )
        last, _ = await self._worked(work, output.parent, tell)
        if not isinstance(last, FilmFinished):
            raise verdict.confused(f"{type(last).__name__} ends a film")
        return last.finished

    async def _worked(
        self, work: Take | Finish, folder: Path, tell: Callable[[Told], object]
    ) -> tuple[ShotTaken | FilmFinished, Path]:
        """Have a crew do it; its last word, and the file that it has made, now in ``folder``."""
        self.require()
        scratch = _scratch(folder)
        readable = (
            (Path(work.site), Path(work.camera))
            if isinstance(work, Take)
            else tuple(map(Path, (*work.slices, *((work.sound,) if work.sound else ()))))
        )
        user = self._users.take(scratch, readable)
        try:
            job = Job(
                work=work,
                scratch=str(scratch),
                limits=self.limits,
                user=user,
            )
            last = await _Call(job, tell).result()
            name = work.name if isinstance(work, Finish) else RESULTS[work.shot.kind]
            return last, await in_thread(partial(_kept, scratch / name, folder))
        finally:
            self._users.give_back(user)
            await in_thread(partial(shutil.rmtree, scratch, ignore_errors=True))


class _Call:
    """One crew, from its start to its end."""

    def __init__(self, job: Job, tell: Callable[[Told], object]) -> None:
        self._job = job
        self._tell = tell

    async def result(self) -> ShotTaken | FilmFinished:
        """Its last word, once nothing of it runs any more.

        Raises:
            ExportError: Why it has failed.
        """
        ours, keepers = channel.pair()
        end, crews = channel.pair()
        with ours, end:
            try:
                keeper = _started(self._job, keepers, crews)
            finally:
                keepers.close()
                crews.close()
            end.settimeout(0)
            said = None
            try:
                said = await self._said(end)
            finally:
                ended = await in_thread(partial(_ended, keeper, ours, is_done=said is not None))
        if isinstance(said, Failed):
            raise verdict.failed(said)
        if said is None:
            raise verdict.died(ended, self._job.limits)
        return said

    async def _said(self, end: socket.socket) -> ShotTaken | FilmFinished | Failed | None:
        """Take messages until the last one; None where there is none any more."""
        for number in count(1):
            try:
                data, files = await _received(end)
            except channel.ClosedError:
                return None
            channel.close(files)  # nobody of ours sends any
            try:
                message: FromCrew = _from_crew.decode(data)
            except msgspec.MsgspecError as error:
                raise verdict.confused(str(error)) from error
            if isinstance(message, ShotTaken | FilmFinished | Failed):
                return message
            self._tell(message)
            if number % BURST == 0:
                await asyncio.sleep(PAUSE_S)
        raise AssertionError("it counts for ever")


def _whole(path: Path) -> str:
    """As a process sees it that works elsewhere, and through no link."""
    return str(path.resolve())


def _scratch(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix="studio-", dir=folder)).resolve()


def _started(job: Job, keepers: socket.socket, crews: socket.socket) -> subprocess.Popen[bytes]:
    """The keeper's process. It must be started from a thread that stays: it dies with that."""
    job_file = channel.in_memory(msgspec.msgpack.encode(job))
    try:
        descriptors = (job_file, keepers.fileno(), crews.fileno())
        return subprocess.Popen(  # noqa: S603 - our own program
            [*KEEPER, *map(str, descriptors)],
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    finally:
        os.close(job_file)


async def _received(end: socket.socket) -> tuple[bytes, list[int]]:
    loop = asyncio.get_running_loop()
    while True:
        with suppress(BlockingIOError):
            return channel.receive(end)
        readable = asyncio.Event()
        loop.add_reader(end, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(end)


def _ended(
    keeper: subprocess.Popen[bytes], ours: socket.socket, *, is_done: bool
) -> LimitHit | CrewEnded | None:
    """Have the keeper end, and all that it keeps; what it says of that, if anything."""
    said: LimitHit | CrewEnded | None = None
    if not is_done:
        ours.settimeout(END_S)
        with suppress(channel.ClosedError, TimeoutError, msgspec.MsgspecError):
            ours.shutdown(socket.SHUT_WR)
            said = _from_keeper.decode(channel.receive(ours)[0])
    ours.close()
    with suppress(subprocess.TimeoutExpired):
        keeper.wait(END_S)
    if keeper.poll() != 0:
        keeper.kill()
        keeper.wait()
        log.error("studio.keeper-died", status=keeper.returncode)
        end_session(keeper.pid)
    return said


def _kept(made: Path, folder: Path) -> Path:
    """The crew's file, in the caller's folder and as the caller's own.

    Raises:
        FilmError: It is no plain file; nobody else can change that any more.
    """
    status = made.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        raise verdict.confused("it has made no plain file")
    if status.st_uid != os.geteuid():
        os.chown(made, os.geteuid(), os.getegid(), follow_symlinks=False)
    made.chmod(0o600)
    return made.rename(folder / made.name)
