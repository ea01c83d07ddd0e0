"""What all lock files have in common: packages that find others, walked from what is wanted."""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from services.packager.registry.integrity import strongest
from services.packager.registry.package_id import is_id
from services.packager.web.packages.dependency import Dependency, read_dependency
from services.packager.web.packages.errors import (
    VENDOR,
    IntegrityMissingError,
    LockFileError,
    LockOutdatedError,
    PackageError,
    PackagesTooLargeError,
    SourceRefusedError,
    shown,
)
from services.packager.web.packages.graph import TYPES, Graph, Package, fits_here, needed

MAX_PACKAGES: Final = 2_000
INSTALL_ANEW: Final = "install once on your machine, and push the lock file that comes of it"
_ELSEWHERE: Final = ("git", "file:", "ssh:", "github:")


class Found(msgspec.Struct, frozen=True):
    """What a package finds by a name; None: nothing."""

    name: str
    spec: str
    key: str | None
    optional: bool = False


class Locked(msgspec.Struct, frozen=True):
    """A package as a lock file has it."""

    name: str
    version: str
    integrity: str = ""
    source: str = ""  # the address that it came from; never used, but it may tell a kind
    folder: str | None = None  # of the project
    os: tuple[str, ...] = ()
    cpu: tuple[str, ...] = ()
    libc: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()


class Roots(msgspec.Struct, frozen=True):
    """What the project wants, by its sources' own words."""

    importer: str  # the folder, seen from the lock file's
    manifest: str  # its package.json, for errors
    wanted: tuple[Dependency, ...]
    needed_by: dict[str, str] = {}  # other files that name some of them
    optional: frozenset[str] = frozenset()
    types: bool = False  # whether declarations that packages name are wanted, too


class Lock(Protocol):
    """A lock file that was read."""

    file: str

    def root(self, importer: str, dependency: Dependency) -> str | None:
        """The id of what a folder of the project finds by a name."""
        ...

    def locked(self, key: str) -> Locked:
        """The package with that id."""
        ...


def walk(lock: Lock, roots: Roots, *, has_integrity: bool = True) -> Graph:
    """All packages that are needed for what is wanted.

    One that cannot be had is left out where nothing is lost without it: npm and its mirrors write
    lock files that lack the hash, or a dependency, of optional packages for other systems.

    Args:
        lock: Where they stand.
        roots: What is wanted.
        has_integrity: Whether the lock file names hashes of tarballs.

    Raises:
        PackageError: The lock file does not fit, or a package cannot be had.
    """
    found = {dependency.name: _root(lock, roots, dependency) for dependency in roots.wanted}
    packages: dict[str, Package] = {}
    faults: dict[str, PackageError] = {}
    waiting = [key for key in found.values() if key is not None]
    while waiting:
        key = waiting.pop()
        if key in packages:
            continue
        if len(packages) == MAX_PACKAGES:
            raise PackagesTooLargeError(
                f"more than {MAX_PACKAGES:,} packages: remove dependencies that the game does not "
                "import",
                file=lock.file,
            )
        locked = lock.locked(key)
        try:
            packages[key] = _package(lock, locked, roots, has_integrity=has_integrity)
        except PackageError as error:
            packages[key] = _faulty(locked)
            faults[key] = error
        waiting += packages[key].dependencies.values()
    graph = Graph(
        file=lock.file,
        packages=packages,
        roots={name: key for name, key in found.items() if key is not None},
        optional=roots.optional,
    )
    return _without(graph, faults) if faults else graph


def _faulty(locked: Locked) -> Package:
    """As much of it as says whether this machine needs it."""
    return Package(
        name=locked.name,
        version=locked.version,
        os=locked.os,
        cpu=locked.cpu,
        libc=locked.libc,
    )


def _without(graph: Graph, faults: dict[str, PackageError]) -> Graph:
    """The graph without packages that cannot be had.

    Raises:
        PackageError: One of them is needed, and meant for this machine.
    """
    indispensable = needed(graph)
    wanted = {key: fault for key, fault in faults.items() if fits_here(graph.packages[key])}
    for key, fault in wanted.items():
        if key in indispensable:
            raise fault
    return msgspec.structs.replace(
        graph,
        packages={
            key: msgspec.structs.replace(package, dependencies=_kept(package.dependencies, faults))
            for key, package in graph.packages.items()
            if key not in faults
        },
        roots=_kept(graph.roots, faults),
        left_out=tuple(f"left out: {fault}" for fault in wanted.values()),
    )


def _kept(ids: dict[str, str], faults: dict[str, PackageError]) -> dict[str, str]:
    return {name: key for name, key in ids.items() if key not in faults}


def _root(lock: Lock, roots: Roots, dependency: Dependency) -> str | None:
    key = lock.root(roots.importer, dependency)
    file = roots.needed_by.get(dependency.name, roots.manifest)
    if key is None:
        if dependency.name in roots.optional:
            return None
        raise LockOutdatedError(
            f"it has no {dependency.name}, which {file} wants: {INSTALL_ANEW}",
            file=lock.file,
            package=dependency.name,
        )
    locked = lock.locked(key)
    wanted = dependency.range
    if locked.folder is None and wanted is not None and not wanted.holds(locked.version):
        raise LockOutdatedError(
            f"it has {dependency.name} {locked.version}, but {file} wants "
            f"{shown(dependency.spec)}: {INSTALL_ANEW}",
            file=lock.file,
            package=dependency.name,
        )
    return key


def _package(lock: Lock, locked: Locked, roots: Roots, *, has_integrity: bool) -> Package:
    label = f"{locked.name}@{locked.version}"
    named = (one for one in locked.found if roots.types or not one.name.startswith(TYPES))
    edges = [_checked(lock, label, found) for found in named]
    dependencies = {found.name: found.key for found in edges if found.key is not None}
    optional = frozenset(found.name for found in edges if found.optional)
    if locked.folder is not None:
        return Package(
            name=locked.name,
            version=locked.version or "0.0.0",
            dependencies=dependencies,
            optional=optional,
            folder=locked.folder,
        )
    if locked.source.startswith(_ELSEWHERE):
        raise SourceRefusedError(
            f"{label} comes from {shown(locked.source)}; packages come from the registry alone: "
            f"use a published version, or {VENDOR}",
            file=lock.file,
            package=locked.name,
        )
    if not is_id(locked.name, locked.version):
        raise LockFileError(f"{shown(label)} is no package with a version", file=lock.file)
    integrity = strongest(locked.integrity)
    if has_integrity and not integrity:
        raise IntegrityMissingError(
            f"{label} has no integrity, so nobody could see whether it is the right one: delete "
            f"the lock file and node_modules, {INSTALL_ANEW}",
            file=lock.file,
            package=locked.name,
        )
    return Package(
        name=locked.name,
        version=locked.version,
        integrity=integrity,
        dependencies=dependencies,
        optional=optional,
        os=locked.os,
        cpu=locked.cpu,
        libc=locked.libc,
    )


def _checked(lock: Lock, label: str, found: Found) -> Found:
    """What a package needs has to be there, and to come from the registry."""
    if found.key is None and not found.optional:
        raise LockOutdatedError(
            f"it has no {found.name}, which {label} needs: {INSTALL_ANEW}",
            file=lock.file,
            package=found.name,
        )
    if found.key is not None:
        read_dependency(found.name, found.spec, file=lock.file)
    return found
