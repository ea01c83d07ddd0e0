"""The studio, seen from the packager: it takes shots and finishes films in processes of their own.

Each has a crew, which is confined and not trusted, and a keeper, which watches it and leaves
nothing of it: when the work is done, fails or is canceled, and when the packager dies.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.packager.film.studio import verdict
from services.packager.film.studio.browser import find_browser
from services.packager.film.studio.crew_call import CrewCall
from services.packager.film.studio.jobs import FilmFinished, Finish, Job, ShotTaken, Take
from services.packager.film.studio.shot import NoteTold, Taken
from services.packager.film.studio.users import Users
from services.packager.processes.threads import in_thread
from shared.domain.build_warnings import MOST
from shared.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.packager.film.encoding.finished import Finished
    from services.packager.film.studio.limits import StudioLimits
    from services.packager.film.studio.shot import Shot, Told
    from shared.domain.build_warnings import BuildWarning
    from shared.domain.video.film_spec import FilmSpec

RESULTS: Final = {"pictures": "slice.mkv", "sound": "sound.f32"}


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
            last = await CrewCall(job, tell).result()
            name = work.name if isinstance(work, Finish) else RESULTS[work.shot.kind]
            return last, await in_thread(partial(_kept, scratch / name, folder))
        finally:
            self._users.give_back(user)
            await in_thread(partial(shutil.rmtree, scratch, ignore_errors=True))


def _whole(path: Path) -> str:
    """As a process sees it that works elsewhere, and through no link."""
    return str(path.resolve())


def _scratch(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix="studio-", dir=folder)).resolve()


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
