"""Workspaces are folders of one project that are packages for each other.

Source: https://docs.npmjs.com/cli/using-npm/workspaces, https://pnpm.io/pnpm-workspace_yaml
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.registry.package_id import is_name
from services.packager.web.packages.catalogs import read_pnpm_workspace
from services.packager.web.packages.errors import ManifestError
from services.packager.web.packages.manifest import (
    MANIFEST,
    Manifest,
    manifest_path,
    read_manifest,
)
from shared.domain.globs import matches_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.packager.project.files import ProjectFiles

MODULES: Final = "node_modules"
MAX_WORKSPACES: Final = 500
MAX_GLOBS: Final = 100


class Workspace(msgspec.Struct, frozen=True):
    """A folder with a package of its own."""

    folder: str  # below the top
    manifest: Manifest


class Workspaces(msgspec.Struct, frozen=True):
    """The folders of one project that are packages for each other; ``top`` is around them all."""

    top: str
    by_name: dict[str, Workspace] = {}


def find_workspaces(project: ProjectFiles, root: str) -> Workspaces:
    """Those that ``root`` belongs to; where it belongs to none, ``top`` is ``root`` itself.

    Raises:
        ManifestError: One of their manifests cannot be read.
    """
    for folder in _upwards(root):
        globs = _globs(project, folder)
        if globs and (folder == root or _is_member(posixpath.relpath(root, folder or "."), globs)):
            return Workspaces(folder, _members(project, folder, globs))
    return Workspaces(root)


def _upwards(folder: str) -> Iterator[str]:
    """The folder itself and all around it, the project's own last."""
    yield folder
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _globs(project: ProjectFiles, folder: str) -> tuple[str, ...]:
    globs = _listed(project, folder)
    if len(globs) > MAX_GLOBS:
        raise ManifestError(
            f"more than {MAX_GLOBS} globs of workspaces", file=manifest_path(folder)
        )
    return globs


def _listed(project: ProjectFiles, folder: str) -> tuple[str, ...]:
    of_pnpm = read_pnpm_workspace(project, folder)
    if of_pnpm is not None:
        return of_pnpm.globs
    if manifest_path(folder) not in project:
        return ()
    return read_manifest(project, folder).workspace_globs


def _members(project: ProjectFiles, top: str, globs: tuple[str, ...]) -> dict[str, Workspace]:
    found: dict[str, Workspace] = {}
    for folder in _folders(project.files, top):
        below = posixpath.relpath(folder, top or ".")
        if _is_member(below, globs):
            manifest = read_manifest(project, folder)
            if is_name(manifest.name):
                found[manifest.name] = Workspace(below, manifest)
        if len(found) > MAX_WORKSPACES:
            raise ManifestError(f"more than {MAX_WORKSPACES} workspaces", file=manifest_path(top))
    return found


def _folders(paths: Iterable[str], top: str) -> Iterator[str]:
    """Below the top, all folders that have a manifest and belong to the maker."""
    prefix = posixpath.join(top, "")
    for path in paths:
        folder, _, name = path.rpartition("/")
        below = folder.startswith(prefix) and folder != top
        if name == MANIFEST and below and MODULES not in folder.split("/"):
            yield folder


def _is_member(folder: str, globs: tuple[str, ...]) -> bool:
    """As npm and pnpm say it: a glob names folders, one with ``!`` takes some back."""
    wanted = [_plain(glob) for glob in globs if not glob.startswith("!")]
    unwanted = [_plain(glob[1:]) for glob in globs if glob.startswith("!")]
    return _matches(folder, wanted) and not _matches(folder, unwanted)


def _plain(glob: str) -> str:
    return glob.removeprefix("./").rstrip("/")


def _matches(folder: str, globs: list[str]) -> bool:
    """The folder itself, not one that it lies in: ``packages/*`` names no ``packages/a/b``."""
    return any(
        matches_any(folder, [glob]) and ("**" in glob or folder.count("/") == glob.count("/"))
        for glob in globs
    )
