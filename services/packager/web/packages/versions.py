"""The versions that are installed: a lock file's, or what the ranges mean, resolved once.

What was resolved is kept with the project's derived files: the next export has the same versions,
and needs nothing of the registry but what it lacks.
"""

from __future__ import annotations

import posixpath
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.plan import Note
from services.packager.storage.derived_files import DerivedFileCache
from services.packager.web.packages.graph import Graph, reachable
from services.packager.web.packages.lock_files import find_lock, read_lock
from services.packager.web.packages.manifest import read_manifest
from services.packager.web.packages.resolution import Resolved, plain_overrides, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.web.packages.lock_files.locked import Roots
    from services.packager.web.packages.published import Registry
    from services.packager.web.packages.workspaces import Workspaces

RULES: Final = 1  # raise it where the same ranges would give another graph
AT_A_TIME: Final = 8
SHOWN: Final = 60  # packages in the note that lists them


class Chosen(msgspec.Struct, frozen=True):
    """The graph; folders in it are seen from ``base``."""

    graph: Graph
    base: str
    notes: tuple[Note, ...]
    lacking: tuple[str, ...] = ()  # packages that the next export may get


def choose_versions(
    project: ProjectFiles,
    roots: Roots,
    registry: Registry,
    workspaces: Workspaces,
    context: BuildContext,
) -> Chosen:
    """The version of every package that is needed.

    Raises:
        ExportError: One cannot be had, or the lock file cannot be used.
    """
    root = roots.importer
    lock = find_lock(project, root, workspaces.top)
    remembered = _Remembered(context)
    if lock is None:
        return _without_lock(project, roots, registry, workspaces, remembered)
    base = posixpath.dirname(lock)
    importer = posixpath.relpath(root or ".", base or ".")
    seen = msgspec.structs.replace(roots, importer="" if importer == "." else importer)
    graph = read_lock(project, lock, seen, workspaces)
    if all(package.integrity or package.folder is not None for package in graph.packages.values()):
        return Chosen(graph, base, _left_out(graph))
    resolved = remembered.get(
        [project.files[lock].sha256, seen], lambda: Resolved(_with_integrity(graph, registry), ())
    )
    message = (
        "it has hashes of yarn's own archives; packages are checked against the registry's hashes "
        "of the first export"
    )
    of_yarn = Note(level="info", file=lock, message=message)
    return Chosen(resolved.graph, base, (of_yarn, *_left_out(graph)))


def _left_out(graph: Graph) -> tuple[Note, ...]:
    return tuple(Note(file=graph.file, message=message) for message in graph.left_out)


def _without_lock(
    project: ProjectFiles,
    roots: Roots,
    registry: Registry,
    workspaces: Workspaces,
    remembered: _Remembered,
) -> Chosen:
    top = read_manifest(project, workspaces.top)
    overrides, finer = plain_overrides(top.overrides, top.resolutions)
    resolved = remembered.get(
        [roots, workspaces, overrides], lambda: resolve(roots, registry, workspaces, overrides)
    )
    notes = [Note(file=roots.manifest, message=warning) for warning in resolved.warnings]
    if finer:
        message = f"overrides for parts of the tree have no effect: {', '.join(finer[:10])}"
        notes.append(Note(file=roots.manifest, message=message))
    notes = [*_without_lock_notes(resolved.graph), *notes]
    return Chosen(resolved.graph, workspaces.top, tuple(notes), resolved.lacking)


def _without_lock_notes(graph: Graph) -> Iterator[Note]:
    """What was chosen, so that it can be written down."""
    found = reachable(graph).values()
    labels = sorted(package.label for package in found if package.folder is None)
    if not labels:
        return
    more = f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else ""
    message = (
        "no lock file was pushed, so versions were chosen by their ranges; a lock file makes the "
        f"export repeatable anywhere. Chosen: {', '.join(labels[:SHOWN])}{more}"
    )
    yield Note(level="info", file=graph.file, message=message)


def _with_integrity(graph: Graph, registry: Registry) -> Graph:
    """The registry's hashes, where the lock file has none of tarballs."""
    lacking = [key for key, one in graph.packages.items() if one.folder is None]

    def completed(key: str) -> str:
        package = graph.packages[key]
        return registry.version(package.name, package.version).integrity

    with ThreadPoolExecutor(AT_A_TIME) as threads:
        found = dict(zip(lacking, threads.map(completed, lacking), strict=True))
    packages = {
        key: msgspec.structs.replace(package, integrity=found.get(key, package.integrity))
        for key, package in graph.packages.items()
    }
    return msgspec.structs.replace(graph, packages=packages)


class _IncompleteError(Exception):
    """Something did not come that may come later: nothing to be remembered."""

    def __init__(self, resolved: Resolved) -> None:
        super().__init__(resolved.lacking)
        self.resolved = resolved


class _Remembered:
    """What was resolved for an earlier export of the project."""

    def __init__(self, context: BuildContext) -> None:
        folder = context.scratch / "versions"
        folder.mkdir(exist_ok=True)
        self._files = DerivedFileCache(context.derived, folder)

    def get(self, inputs: object, make: Callable[[], Resolved]) -> Resolved:
        """What ``make`` gives, or gave once for the same inputs when all of it was there."""

        def encoded() -> tuple[bytes, str]:
            resolved = make()
            if resolved.lacking:
                raise _IncompleteError(resolved)
            return msgspec.json.encode(resolved), ".json"

        try:
            found = self._files.get(["packages", RULES, inputs], encoded)
        except _IncompleteError as error:
            return error.resolved
        assert found is not None  # noqa: S101 - there always is a graph
        return msgspec.json.decode(found.path.read_bytes(), type=Resolved)
