"""``yarn.lock`` names a version for each range that somebody wants; both its kinds are read here.

Classic (yarn 1) has a format of its own and hashes of tarballs. Berry (yarn 2 and later) writes
YAML, and hashes of archives that yarn makes itself: those say nothing of a tarball, so that the
registry's own hashes count.

Source: https://classic.yarnpkg.com/docs/yarn-lock, https://yarnpkg.com/advanced/lexicon#lockfile
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urldefrag

from services.packager.project.unreadable import UnreadableError
from services.packager.registry.integrity import of_sha1
from services.packager.web.packages.lock_files.locked import Found, Locked, walk
from services.packager.web.packages.lock_files.yarn_classic import read_classic
from services.packager.web.packages.yaml_document import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.packager.web.packages.dependency import Dependency
    from services.packager.web.packages.graph import Graph
    from services.packager.web.packages.lock_files.locked import Roots
    from services.packager.web.packages.workspaces import Workspaces

_METADATA: Final = "__metadata"
_FOLDER: Final = "workspace:"
_CONDITION: Final = re.compile(r"\b(os|cpu|libc)=(!?\w{1,20})")
# @esbuild/darwin-arm64, lightningcss-linux-x64-gnu: the parts that packages have for each system.
_NATIVE: Final = re.compile(
    r"[-/](?P<os>aix|android|darwin|freebsd|linux|netbsd|openbsd|sunos|win32)-"
    r"(?P<cpu>arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64)(?:-(?P<libc>gnu|musl)\w*)?$"
)
_BERRY: Final = f"{_METADATA}:".encode()


def read(data: bytes, file: str, roots: Roots, workspaces: Workspaces) -> Graph:
    """The packages that ``roots`` need.

    Raises:
        UnreadableError: It is no such file.
        PackageError: It does not fit.
    """
    berry = _BERRY in data
    entries = read_yaml(data) if berry else read_classic(data)
    return walk(YarnLock(entries, file, workspaces), roots, has_integrity=not berry)


class YarnLock:
    """Finds packages by descriptors such as ``react@^18.2.0`` or ``react@npm:^18.2.0``."""

    def __init__(self, entries: dict[str, Any], file: str, workspaces: Workspaces) -> None:
        self.file = file
        self._workspaces = workspaces
        self._entries: dict[str, dict[str, Any]] = {}  # by the first descriptor of each
        self._firsts: dict[str, str] = {}  # of every descriptor
        self._by_name: dict[str, set[str]] = {}  # the firsts, too
        for key, entry in entries.items():
            if key == _METADATA or not isinstance(entry, dict):
                continue
            descriptors = [part.strip() for part in key.split(",")]
            self._entries[descriptors[0]] = entry
            for descriptor in descriptors:
                self._firsts[descriptor] = descriptors[0]
                self._by_name.setdefault(_name_of(descriptor), set()).add(descriptors[0])

    def root(self, importer: str, dependency: Dependency) -> str | None:
        """What the project finds by a name; ``importer`` plays no part."""
        del importer
        alias = dependency.package != dependency.name
        spec = f"npm:{dependency.package}@{dependency.spec}" if alias else dependency.spec
        return self._found(dependency.name, f"{_FOLDER}{spec}" if dependency.workspace else spec)

    def locked(self, key: str) -> Locked:
        """The package that a descriptor stands for, or with ``workspace:`` a folder."""
        if key.startswith(_FOLDER):
            workspace = self._workspaces.by_name[key.removeprefix(_FOLDER)]
            manifest = workspace.manifest
            return Locked(
                manifest.name,
                manifest.version,
                folder=workspace.folder,
                found=self._all(manifest.dependencies, manifest.optional_dependencies, frozenset()),
            )
        entry = self._entries[key]
        resolved = _text(entry, "resolved")
        resolution = _text(entry, "resolution")
        sha1 = of_sha1(urldefrag(resolved).fragment)
        name = _package_of(key, resolution)
        return Locked(
            name,
            _text(entry, "version"),
            integrity=_text(entry, "integrity") or sha1,
            source=resolved or resolution.rpartition("@")[2].removeprefix("npm:"),
            os=_condition(entry, name, "os"),
            cpu=_condition(entry, name, "cpu"),
            libc=_condition(entry, name, "libc"),
            found=self._all(
                _mapping(entry, "dependencies"),
                _mapping(entry, "optionalDependencies"),
                _optional(entry),
            ),
        )

    def _all(
        self, needed: dict[str, str], wished: dict[str, str], optional: Iterable[str]
    ) -> tuple[Found, ...]:
        found = []
        for name, spec in (needed | wished).items():
            key = self._found(name, spec)
            found.append(Found(name, spec, key, optional=name in wished or name in optional))
        return tuple(found)

    def _found(self, name: str, spec: str) -> str | None:
        """The descriptor, or where ``resolutions`` have changed it, the only one of its name."""
        if name in self._workspaces.by_name:
            return f"{_FOLDER}{name}"
        for descriptor in (f"{name}@{spec}", f"{name}@npm:{spec}"):
            if descriptor in self._firsts:
                return self._firsts[descriptor]
        others = self._by_name.get(name, set())
        return next(iter(others)) if len(others) == 1 else None


def _name_of(descriptor: str) -> str:
    return descriptor[: descriptor.find("@", 1)]


def _package_of(descriptor: str, resolution: str) -> str:
    """The registry's name: an alias is ``name@npm:package@range``."""
    if resolution:
        return _name_of(resolution)
    _, alias, target = descriptor.partition("@npm:")
    return _name_of(target) if alias and "@" in target[1:] else _name_of(descriptor)


def _mapping(entry: dict[str, Any], name: str) -> dict[str, str]:
    value = entry.get(name) or {}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise UnreadableError(f"has no mapping of texts as {name!r}")
    return value


def _optional(entry: dict[str, Any]) -> set[str]:
    """Berry marks them aside."""
    marks = entry.get("dependenciesMeta") or {}
    return {
        name
        for name, mark in (marks.items() if isinstance(marks, dict) else ())
        if isinstance(mark, dict) and mark.get("optional") == "true"
    }


def _condition(entry: dict[str, Any], name: str, kind: str) -> tuple[str, ...]:
    """Berry writes the systems that a package is for; for classic its name has to tell them."""
    if conditions := _text(entry, "conditions"):
        return tuple(value for what, value in _CONDITION.findall(conditions) if what == kind)
    named = _NATIVE.search(name)
    found = named[kind] if named else None
    return ("glibc" if found == "gnu" else found,) if found else ()


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name, "")
    return value if isinstance(value, str) else ""
