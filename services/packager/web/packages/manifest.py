"""A manifest is a ``package.json`` of the project, or of a folder of it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.project.json_documents import read_json
from services.packager.project.unreadable import UnreadableError
from services.packager.web.packages.catalogs import from_catalogs
from services.packager.web.packages.errors import ManifestError

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

MANIFEST: Final = "package.json"
MAX_DEPENDENCIES: Final = 2_000  # of one package

Dependencies = dict[str, str]


class WorkspaceGlobs(msgspec.Struct, frozen=True):
    """The longer form of ``workspaces``."""

    packages: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, rename="camel"):
    """As much of a ``package.json`` as an installation needs."""

    name: str = ""
    version: str = ""
    dependencies: Dependencies = {}
    dev_dependencies: Dependencies = {}
    optional_dependencies: Dependencies = {}
    workspaces: tuple[str, ...] | WorkspaceGlobs = ()
    overrides: dict[str, Any] = {}
    resolutions: dict[str, Any] = {}

    @property
    def workspace_globs(self) -> tuple[str, ...]:
        """The folders that have packages of their own."""
        found = self.workspaces
        return found.packages if isinstance(found, WorkspaceGlobs) else found

    @property
    def needed(self) -> Dependencies:
        """What it does not work without, and what it would like to have."""
        return self.dependencies | self.optional_dependencies


def manifest_path(folder: str) -> str:
    """Where a folder's manifest lies; "" is the project itself."""
    return posixpath.join(folder, MANIFEST)


def read_manifest(project: ProjectFiles, folder: str) -> Manifest:
    """The manifest of a folder of the project, with the ranges of catalogs.

    Raises:
        ManifestError: What is wrong with it.
    """
    path = manifest_path(folder)
    try:
        found = msgspec.convert(read_json(project, path), Manifest)
    except UnreadableError as error:
        raise ManifestError(f"it {error}", file=path) from error
    except msgspec.ValidationError as error:
        raise ManifestError(f"it is not as npm writes it: {error}", file=path) from error
    if len(found.needed) + len(found.dev_dependencies) > MAX_DEPENDENCIES:
        raise ManifestError(f"it has more than {MAX_DEPENDENCIES:,} dependencies", file=path)
    return msgspec.structs.replace(
        found,
        dependencies=from_catalogs(project, folder, found.dependencies),
        dev_dependencies=from_catalogs(project, folder, found.dev_dependencies),
        optional_dependencies=from_catalogs(project, folder, found.optional_dependencies),
    )
