"""A graph says which version of each package is installed, and which others it finds by which name.

Every kind of lock file gives one, and so do ranges that were resolved here.
"""

from __future__ import annotations

import platform
from typing import Final

import msgspec

from services.packager.registry.package_id import PackageName, PackageVersion

_CPUS: Final = {"x86_64": "x64", "aarch64": "arm64"}  # as node names them
CPU: Final = _CPUS.get(platform.machine(), platform.machine())


TYPES: Final = "@types/"  # declarations alone, which many packages depend on and no build reads


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """One package; ``dependencies`` are ids of others by the names that it imports them by."""

    name: PackageName
    version: PackageVersion
    integrity: str = ""  # "" until the registry has been asked, or where it is a folder
    dependencies: dict[str, str] = {}
    optional: frozenset[str] = frozenset()  # of these names: nothing is lost where one is not there
    os: tuple[str, ...] = ()
    cpu: tuple[str, ...] = ()
    libc: tuple[str, ...] = ()
    folder: str | None = None  # of the project, where it is no package of the registry

    @property
    def label(self) -> str:
        """As people write it."""
        return f"{self.name}@{self.version}"


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """Packages by their ids, and what the project itself imports."""

    file: str  # that says so
    packages: dict[str, Package]
    roots: dict[str, str]  # ids by the names that sources import
    optional: frozenset[str] = frozenset()  # of these names
    left_out: tuple[str, ...] = ()  # what was, and why


def reachable(graph: Graph) -> dict[str, Package]:
    """Every package that the project needs, by its id; those of other systems are none."""
    found: dict[str, Package] = {}
    waiting = sorted(graph.roots.values())
    while waiting:
        key = waiting.pop()
        package = graph.packages[key]
        if key in found or not fits_here(package):
            continue
        found[key] = package
        waiting += package.dependencies.values()
    return found


def needed(graph: Graph) -> set[str]:
    """The ids of packages that the project does not work without on this machine."""
    found: set[str] = set()
    waiting = [key for name, key in graph.roots.items() if name not in graph.optional]
    while waiting:
        key = waiting.pop()
        package = graph.packages[key]
        if key not in found and fits_here(package):
            found.add(key)
            names = package.dependencies.items()
            waiting += (other for name, other in names if name not in package.optional)
    return found


def fits_here(package: Package) -> bool:
    """Whether it is meant for the system that builds run on: Linux with glibc."""
    return (
        _allows(package.os, "linux")
        and _allows(package.cpu, CPU)
        and _allows(package.libc, "glibc")
    )


def _allows(listed: tuple[str, ...], ours: str) -> bool:
    """Npm's rule: ``!x`` is anything but x; of several names one has to be ours."""
    if f"!{ours}" in listed:
        return False
    named = [name for name in listed if not name.startswith("!")]
    return not named or ours in named or "any" in named
