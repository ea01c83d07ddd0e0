"""Ranges of ``package.json`` are resolved as npm does it where a project has no lock file.

Level by level, the project's own first: a version that is there already is used again where it
fits, else the newest that does. What a package wants beside it (peers) is the project's, or comes
along.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.web.packages.dependency import Dependency, read_dependency
from services.packager.web.packages.errors import (
    PackageError,
    PackagesTooLargeError,
    is_of_operator,
)
from services.packager.web.packages.graph import TYPES, Graph, Package, fits_here
from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.packager.web.packages.lock_files.locked import Roots
    from services.packager.web.packages.published import Published, Registry
    from services.packager.web.packages.workspaces import Workspaces

MAX_PACKAGES: Final = 2_000
AT_A_TIME: Final = 8


class Resolved(msgspec.Struct, frozen=True):
    """The graph, and what its maker should know."""

    graph: Graph
    warnings: tuple[str, ...]
    lacking: tuple[str, ...] = ()  # packages that the next export may get


class _Edge(msgspec.Struct, frozen=True):
    """A package finds another one by a name; without an id it is the project that does."""

    parent: str | None
    dependency: Dependency
    optional: bool
    peer: bool = False


def resolve(
    roots: Roots, registry: Registry, workspaces: Workspaces, overrides: dict[str, str]
) -> Resolved:
    """Choose a version for everything that is wanted.

    Args:
        roots: What is wanted.
        registry: That knows what there is.
        workspaces: Folders of the project that are packages.
        overrides: Versions by name that the project insists on.

    Raises:
        ExportError: Something cannot be had; the message names it.
    """
    return _Resolution(roots, registry, workspaces, overrides).run()


class _Resolution:
    def __init__(
        self,
        roots: Roots,
        registry: Registry,
        workspaces: Workspaces,
        overrides: dict[str, str],
    ) -> None:
        self._roots = roots
        self._registry = registry
        self._workspaces = workspaces
        self._overrides = overrides
        self._packages: dict[str, Package] = {}
        self._ids: dict[str, list[str]] = {}  # of each package of the registry
        self._found: dict[str, str] = {}  # what the project finds
        self._warnings: list[str] = []
        self._lacking: set[str] = set()
        self._peers: deque[_Edge] = deque()

    def run(self) -> Resolved:
        """Level after level, then what they want beside them."""
        level = [
            _Edge(None, dependency, dependency.name in self._roots.optional)
            for dependency in self._roots.wanted
        ]
        with ThreadPoolExecutor(AT_A_TIME) as threads:
            while level or self._peers:
                self._ask_for(level, threads)
                level = [edge for one in level for edge in self._take(one)]
                if not level and self._peers:
                    level = self._missing_peers()
        graph = Graph(
            file=self._roots.manifest,
            packages=self._packages,
            roots=self._found,
            optional=self._roots.optional,
        )
        return Resolved(graph, tuple(dict.fromkeys(self._warnings)), tuple(sorted(self._lacking)))

    def _ask_for(self, level: Iterable[_Edge], threads: ThreadPoolExecutor) -> None:
        """All documents that this level needs, at the same time."""

        def ask(package: str) -> None:
            with suppress(ExportError):  # raised again for whoever needs it
                self._registry.document(package)

        wanted = {
            edge.dependency.package for edge in level if self._workspace(edge.dependency) is None
        }
        list(threads.map(ask, sorted(wanted)))

    def _take(self, edge: _Edge) -> Iterator[_Edge]:
        """Settle one edge; what a new package needs comes next."""
        dependency = self._overridden(edge.dependency)
        try:
            key, more = self._settled(dependency)
        except ExportError as error:
            if not edge.optional:
                raise
            if is_of_operator(error):
                self._lacking.add(dependency.package)
                self._warnings.append(f"left out: {error}")
            return
        self._connect(edge, key)
        yield from more

    def _settled(self, dependency: Dependency) -> tuple[str, Iterable[_Edge]]:
        workspace = self._workspace(dependency)
        if workspace is not None:
            return self._folder(workspace)
        if dependency.workspace:
            raise PackageError(
                f"{dependency.name} is to be a workspace, and no folder of the project has that "
                "name: push it with the project",
                file=self._roots.manifest,
                package=dependency.name,
            )
        known = self._fitting(dependency)
        if known is not None:
            return known, ()
        return self._new(
            dependency.package, self._registry.choose(dependency.package, dependency.spec)
        )

    def _fitting(self, dependency: Dependency) -> str | None:
        """The newest version that is there already and fits."""
        wanted = dependency.range
        ids = self._ids.get(dependency.package, ())
        versions = {self._packages[key].version: key for key in ids}
        best = wanted.best(versions) if wanted is not None else None
        return versions[best] if best is not None else None

    def _new(self, name: str, published: Published) -> tuple[str, Iterable[_Edge]]:
        key = f"{name}@{published.version}"
        if key in self._packages:
            return key, ()
        if len(self._packages) == MAX_PACKAGES:
            raise PackagesTooLargeError(
                f"more than {MAX_PACKAGES:,} packages: remove dependencies that the game does not "
                "import",
                file=self._roots.manifest,
            )
        package = Package(
            name=name,
            version=published.version,
            integrity=published.integrity,
            os=published.os,
            cpu=published.cpu,
            libc=published.libc,
        )
        self._packages[key] = package
        self._ids.setdefault(name, []).append(key)
        if not fits_here(package):
            return key, ()
        return key, self._edges(key, published)

    def _edges(self, key: str, published: Published) -> list[_Edge]:
        wished = published.optional_dependencies
        needed = {n: s for n, s in published.dependencies.items() if n not in wished}
        self._peers += self._wants(key, published.peer_dependencies, peer=True)
        return [*self._wants(key, needed), *self._wants(key, wished, optional=True)]

    def _wants(
        self,
        key: str,
        dependencies: dict[str, str],
        *,
        optional: bool = False,
        peer: bool = False,
    ) -> Iterator[_Edge]:
        """What a package wants; what it may do without may be odd."""
        for name in sorted(dependencies):
            if name.startswith(TYPES) and not self._roots.types:
                continue
            with suppress(*([PackageError] if optional or peer else [])):
                found = read_dependency(name, dependencies[name], file=key)
                yield _Edge(key, found, optional, peer)

    def _folder(self, name: str) -> tuple[str, Iterable[_Edge]]:
        workspace = self._workspaces.by_name[name]
        key = f"workspace:{name}"
        if key in self._packages:
            return key, ()
        manifest = workspace.manifest
        self._packages[key] = Package(
            name=name, version=manifest.version or "0.0.0", folder=workspace.folder
        )
        return key, [
            *self._wants(key, manifest.dependencies),
            *self._wants(key, manifest.optional_dependencies, optional=True),
        ]

    def _workspace(self, dependency: Dependency) -> str | None:
        """The folder of that name, if its version will do."""
        workspace = self._workspaces.by_name.get(dependency.package)
        if workspace is None:
            return None
        wanted = dependency.range
        version = workspace.manifest.version
        fits = dependency.workspace or not version or (wanted is not None and wanted.holds(version))
        return dependency.package if fits else None

    def _missing_peers(self) -> list[_Edge]:
        """Peers that are there are found; the others come along, at the top."""
        missing: dict[str, _Edge] = {}
        edges, self._peers = self._peers, deque()
        for edge in edges:
            name = edge.dependency.name
            key = self._found.get(name) or self._fitting(edge.dependency)
            if key is None:
                missing.setdefault(name, msgspec.structs.replace(edge, parent=None))
                self._peers.append(edge)  # to be connected once that is there
                continue
            package, wanted = self._packages[key], edge.dependency.range
            if package.folder is None and wanted is not None and not wanted.holds(package.version):
                self._warnings.append(
                    f"{edge.parent} wants {name} {edge.dependency.spec} beside it, and gets "
                    f"{package.version}"
                )
            self._connect(edge, key)
        return [missing[name] for name in sorted(missing)]

    def _overridden(self, dependency: Dependency) -> Dependency:
        spec = self._overrides.get(dependency.name)
        if spec is None or dependency.workspace:
            return dependency
        return read_dependency(dependency.name, spec, file=self._roots.manifest)

    def _connect(self, edge: _Edge, key: str) -> None:
        name = edge.dependency.name
        if edge.parent is None:
            self._found.setdefault(name, key)
            return
        package = self._packages[edge.parent]
        package.dependencies[name] = key
        if edge.optional:
            self._packages[edge.parent] = msgspec.structs.replace(
                package, optional=package.optional | {name}
            )


def plain_overrides(*documents: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Versions by the names of packages, and the keys that say something finer.

    Source: https://docs.npmjs.com/cli/configuring-npm/package-json#overrides
    """
    plain: dict[str, str] = {}
    finer: list[str] = []
    for document in documents:
        for name, spec in document.items():
            wanted = name.removeprefix("**/")
            if isinstance(spec, str) and "@" not in wanted[1:] and not spec.startswith("$"):
                plain[wanted] = spec
            else:
                finer.append(name)
    return plain, finer
