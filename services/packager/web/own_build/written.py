"""What a build script has written is looked for where tools usually write, and copied.

The script's folder stays its own: what it has left running may still change files there. So what
is shipped is a copy, of plain files alone, counted and measured while it is made.
"""

from __future__ import annotations

import os
import posixpath
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from services.packager.build.plan import Note
from services.packager.build.progress import megabytes
from services.packager.project.too_heavy import ProjectTooHeavyError
from services.packager.web.aethel.findings import Finding, InvalidProjectError
from services.packager.web.game_site import ENTRY
from shared.domain.paths import check_path, check_paths
from shared.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.packager.project.files import ProjectFiles
    from services.packager.web.vite.package_json import PackageJson

# Of Vite, Astro and Vue CLI; CRA and SvelteKit; Next.js; Nuxt; Gatsby; and of older habits.
USUAL: Final = ("dist", "build", "out", ".output/public", "public", "www")
ANGULAR: Final = "dist/*/browser"
MAX_FILES: Final = 20_000
MAX_BYTES: Final = 2 << 30
SHOWN: Final = 3
_BLOCK: Final = 1 << 20


class Written:
    """Knows what was there before the script ran, so it must be made before.

    Args:
        project: All files of the project.
        folder: Where they lie.
        root: The folder in it that the script works in.
    """

    def __init__(self, project: ProjectFiles, folder: Path, root: str) -> None:
        self.notes: list[Note] = []
        self._project = project
        self._folder = folder
        self._root = root
        mark = folder.parent / "before"
        mark.touch()
        self._before_ns = mark.stat().st_mtime_ns
        self._left_out: list[str] = []

    def choose(self, package: PackageJson, output_dir: str) -> str:
        """The folder that has a page which the script has written, as a path of the project.

        Raises:
            InvalidProjectError: None has; it names those that were looked at.
        """
        named = output_dir.strip("/")
        places = [*self._named(named)] if named else [*self._usual()]
        for place in places:
            if self._is_new(posixpath.join(place, ENTRY)):
                return place
        looked = ", ".join([named] if named else [*USUAL, ANGULAR])
        about = package.refused()
        hint = f" {package.path} {about.message}." if about else ""
        message = (
            f"the build script has written no page: {ENTRY} was looked for in {looked}. Name the "
            f"folder with the option outputDir.{hint}"
        )
        raise InvalidProjectError(
            [Finding(file=package.path, path="$.scripts.build", message=message)]
        )

    def copy(self, folder: str, into: Path) -> None:
        """Copy all plain files of a folder.

        Raises:
            InvalidProjectError: A name that not every system can hold.
            ProjectTooHeavyError: There is too much of it.
        """
        into.mkdir(parents=True)
        budget = [MAX_FILES, MAX_BYTES]
        source = self._folder / folder
        try:
            check_paths([p for p in self._files(source) if self._copy(source, into, p, budget)])
        except PathError as error:
            raise InvalidProjectError([Finding(file=folder, message=str(error))]) from error
        if self._left_out:
            names = ", ".join(self._left_out[:SHOWN])
            message = f"{len(self._left_out)} links, devices and the like are left out: {names}"
            self.notes.append(Note(file=folder, message=message))

    def _named(self, name: str) -> Iterator[str]:
        """What the maker has named, from the top of the project or from the app's folder."""
        for place in dict.fromkeys((name, posixpath.join(self._root, name))):
            inside = posixpath.normpath(place)
            if not inside.startswith(".."):
                yield inside

    def _usual(self) -> Iterator[str]:
        for place in USUAL:
            yield posixpath.join(self._root, place)
        dist = posixpath.join(self._root, "dist")
        with suppress(OSError):
            for entry in sorted((self._folder / dist).iterdir())[:MAX_FILES]:
                yield posixpath.join(dist, entry.name, "browser")
                yield posixpath.join(dist, entry.name)

    def _is_new(self, path: str) -> bool:
        """Whether a file is there that was not, or has been written since."""
        try:
            about = (self._folder / path).lstat()
        except (OSError, ValueError):
            return False
        is_new = path not in self._project or about.st_mtime_ns > self._before_ns
        return stat.S_ISREG(about.st_mode) and is_new

    def _files(self, folder: Path) -> Iterator[str]:
        """All that is below a folder and no folder itself; links are not followed."""
        waiting = [""]
        while waiting:
            below = waiting.pop()
            with suppress(OSError), os.scandir(folder / below) as entries:
                for entry in sorted(entries, key=lambda one: one.name):
                    path = posixpath.join(below, entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    else:
                        yield path

    def _copy(self, source: Path, into: Path, path: str, budget: list[int]) -> bool:
        """Copy one plain file; anything else is left out."""
        budget[0] -= 1
        if budget[0] < 0:
            raise ProjectTooHeavyError("files", limit=f"{MAX_FILES:,} from its build script")
        check_path(path)
        descriptor = self._opened(source / path)
        if descriptor is None:
            self._left_out.append(path.encode("utf-8", "replace").decode()[:100])
            return False
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(descriptor, "rb") as file, target.open("xb") as made:
            _pour(file, made, budget)
        return True

    def _opened(self, file: Path) -> int | None:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(file, flags)
        except OSError:
            return None
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        return None


def _pour(file: BinaryIO, made: BinaryIO, budget: list[int]) -> None:
    """Copy what is there, and no more than may be: a file may grow, or be mostly holes."""
    budget[1] -= os.fstat(file.fileno()).st_size
    if budget[1] < 0:
        raise ProjectTooHeavyError("disk", limit=f"{megabytes(MAX_BYTES)} from its build script")
    left = os.fstat(file.fileno()).st_size
    while left > 0 and (block := file.read(min(_BLOCK, left))):
        made.write(block)
        left -= len(block)
