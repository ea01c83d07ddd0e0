"""The packages that a web project imports are put into its ``node_modules`` before it is built.

Which versions: those of its lock file, or what its ranges mean at the first export. From where: the
operator's registry, by way of the packager, or ``node_modules`` that was pushed with the project.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.plan import Note
from services.packager.build.stages import Stage
from services.packager.web.packages.fetching import Fetching
from services.packager.web.packages.layout import layout
from services.packager.web.packages.lock_files.locked import Roots
from services.packager.web.packages.manifest import manifest_path, read_manifest
from services.packager.web.packages.published import Registry
from services.packager.web.packages.selection import select
from services.packager.web.packages.unpack import Budget
from services.packager.web.packages.vendored import Vendored
from services.packager.web.packages.versions import choose_versions
from services.packager.web.packages.workspace_folders import copy_workspaces
from services.packager.web.packages.workspaces import MODULES, find_workspaces

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.web.packages.vendored import Missing

__all__ = ["Installed", "InstalledPackage", "install"]

MAX_FILES: Final = 100_000
MAX_BYTES: Final = 512 << 20  # Phaser alone has 130 MB, Babylon as much
_MAPS: Final = re.compile(r"\.(?:[cm]?[jt]s|css)\.map$")
_MAPS_AND_TYPES: Final = re.compile(rf"{_MAPS.pattern}|\.d\.[cm]?ts$")


class InstalledPackage(msgspec.Struct, frozen=True, order=True):
    """A package of the registry, as it shapes what is built."""

    name: str
    version: str
    integrity: str


class Installed(msgspec.Struct, frozen=True):
    """What was installed beside the project's own files, sorted, and notes for the maker."""

    packages: tuple[InstalledPackage, ...] = ()
    notes: tuple[Note, ...] = ()
    lacking: tuple[str, ...] = ()  # packages that the next export may get


def install(
    project: ProjectFiles,
    root: str,
    context: BuildContext,
    into: Path,
    *,
    brought: Collection[str] = (),
    everything: bool = False,
) -> Installed:
    """Write ``node_modules`` for a folder of the project that has a ``package.json``.

    Args:
        project: All files.
        root: The folder; "" is the project itself.
        context: Of the export.
        into: Where the folder's own files are built; gets ``node_modules``.
        brought: Names that the build has packages of its own for.
        everything: Whether the project's own tools build it: they need all that it names.

    Raises:
        ExportError: A package cannot be had; the message names it, the file and what to do.
    """
    manifest = read_manifest(project, root)
    workspaces = find_workspaces(project, root)
    own = project.has_folder(posixpath.join(root, MODULES))
    vendored = Vendored(project, root if own else workspaces.top)
    have = vendored.names | workspaces.by_name.keys()
    wanted = select(project, root, manifest, have=have, everything=everything)
    lacking = vendored.missing(wanted.dependencies, manifest_path(root), wanted.optional)
    missing = [one for one in lacking if one.dependency.name not in brought]
    budget = Budget(files=MAX_FILES, size_bytes=MAX_BYTES)
    vendored.copy(into, budget)
    notes = [*wanted.notes, *_of_vendored(vendored)]
    if not missing:
        return Installed(notes=tuple(notes))
    context.stage(Stage(name="installing"))
    registry = Registry(context.packages, file=manifest_path(root))
    roots = _roots(root, missing, types=everything)
    chosen = choose_versions(project, roots, registry, workspaces, context)
    places = layout(chosen.graph, taken=vendored.names)
    unread = None if everything else _unread(project)
    fetching = Fetching(chosen.graph, registry, context, into, budget, unread=unread)
    packages = fetching.run(places)
    copy_workspaces(project, chosen, places, into, budget)
    installed = sorted({InstalledPackage(p.name, p.version, p.integrity) for p in packages})
    context.log(f"Installed {len(installed):,} packages.")
    return Installed(
        packages=tuple(installed),
        notes=(*notes, *chosen.notes, *sorted(fetching.notes, key=str)),
        lacking=(*chosen.lacking, *sorted(set(fetching.lacking))),
    )


def _roots(root: str, missing: list[Missing], *, types: bool) -> Roots:
    file = manifest_path(root)
    return Roots(
        importer=root,
        manifest=file,
        wanted=tuple(one.dependency for one in missing),
        needed_by={one.dependency.name: one.needed_by for one in missing},
        optional=frozenset(one.dependency.name for one in missing if one.optional),
        types=types,
    )


def _unread(project: ProjectFiles) -> re.Pattern[str]:
    """Source maps, and declarations, which only the compiler of Vue components reads."""
    return _MAPS if any(path.endswith(".vue") for path in project.files) else _MAPS_AND_TYPES


def _of_vendored(vendored: Vendored) -> list[Note]:
    if not vendored.names:
        return []
    message = f"{len(vendored.names):,} packages that were pushed there are used as they are"
    return [Note(level="info", file=vendored.base, message=message)]
