"""Lock files of npm, pnpm and yarn, each made a graph of packages."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web.packages.errors import LockFileError
from services.packager.web.packages.lock_files import npm, pnpm, yarn

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles
    from services.packager.web.packages.graph import Graph
    from services.packager.web.packages.lock_files.locked import Roots
    from services.packager.web.packages.workspaces import Workspaces

NPM: Final = ("npm-shrinkwrap.json", "package-lock.json")
PNPM: Final = "pnpm-lock.yaml"
YARN: Final = "yarn.lock"
NAMES: Final = (*NPM, PNPM, YARN)  # the first that is there counts
MAX_BYTES: Final = 16 << 20  # of ten thousand packages: a third


def find_lock(project: ProjectFiles, *folders: str) -> str | None:
    """The lock file of the first of these folders that has one."""
    paths = (posixpath.join(folder, name) for folder in folders for name in NAMES)
    return next((path for path in paths if path in project), None)


def read_lock(project: ProjectFiles, path: str, roots: Roots, workspaces: Workspaces) -> Graph:
    """What a lock file says of the packages that are wanted.

    Raises:
        PackageError: It cannot be read, does not fit, or names what cannot be had.
    """
    name = posixpath.basename(path)
    if project.files[path].size > MAX_BYTES:
        raise LockFileError(f"it has more than {MAX_BYTES >> 20} MB", file=path)
    data = project.read(path)
    try:
        with decoding(path):
            if name in NPM:
                return npm.read(data, path, roots)
            if name == PNPM:
                return pnpm.read(data, path, roots)
            return yarn.read(data, path, roots, workspaces)
    except UnreadableError as error:
        raise LockFileError(
            f"it {error}; delete it, install once on your machine, and push what comes of it",
            file=path,
        ) from error
