"""Folders of the project that are packages for the one that is built lie beside the others."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from services.packager.web.packages.errors import PackagesTooLargeError
from services.packager.web.packages.unpack import BudgetError
from services.packager.web.packages.workspaces import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.packager.project.files import ProjectFiles
    from services.packager.web.packages.layout import Place
    from services.packager.web.packages.unpack import Budget
    from services.packager.web.packages.versions import Chosen

BLOCK_BYTES: Final = 1 << 20


def copy_workspaces(
    project: ProjectFiles, chosen: Chosen, places: list[Place], into: Path, budget: Budget
) -> None:
    """Copy each folder that is a package; links would lead out of what a build may see.

    Raises:
        PackagesTooLargeError: They have too much in them.
    """
    for place in places:
        folder = chosen.graph.packages[place.key].folder
        if folder is None:
            continue
        source = posixpath.normpath(posixpath.join(chosen.base, folder))
        try:
            for path in _files(project, "" if source == "." else source):
                _copy(project, path, into / place.path / posixpath.relpath(path, source), budget)
        except BudgetError as error:
            raise PackagesTooLargeError(
                f"the folder has too many {error} to be a package of the project", file=source
            ) from None


def _files(project: ProjectFiles, folder: str) -> Iterator[str]:
    prefix = posixpath.join(folder, "")
    for path in project.files:
        if path.startswith(prefix) and MODULES not in path.removeprefix(prefix).split("/"):
            yield path


def _copy(project: ProjectFiles, path: str, target: Path, budget: Budget) -> None:
    budget.take(files=1, size_bytes=project.files[path].size)
    target.parent.mkdir(parents=True, exist_ok=True)
    with project.open(path) as source, target.open("wb") as copy:
        while block := source.read(BLOCK_BYTES):
            copy.write(block)
