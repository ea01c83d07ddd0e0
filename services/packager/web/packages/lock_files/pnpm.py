"""``pnpm-lock.yaml`` of pnpm 8 to 10 (lockfile versions 6 to 9) is a graph already.

Source: https://github.com/pnpm/spec/tree/master/lockfile
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final

from services.packager.project.unreadable import UnreadableError
from services.packager.web.packages.errors import VENDOR, LockFileError, SourceRefusedError
from services.packager.web.packages.lock_files.locked import Found, Locked, walk
from services.packager.web.packages.yaml_document import Mapping, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.web.packages.dependency import Dependency
    from services.packager.web.packages.graph import Graph
    from services.packager.web.packages.lock_files.locked import Roots

KNOWN: Final = ("6", "7", "9")  # 8 there was none
_LINK: Final = "link:"
_NEEDED: Final = ("dependencies", "optionalDependencies")
_ALL: Final = (*_NEEDED, "devDependencies")


def read(data: bytes, file: str, roots: Roots) -> Graph:
    """The packages that ``roots`` need.

    Raises:
        UnreadableError: It is no such file.
        PackageError: It does not fit.
    """
    document = read_yaml(data)
    version = str(document.get("lockfileVersion", ""))
    if version.partition(".")[0] not in KNOWN:
        raise LockFileError(
            f"its lockfileVersion {version[:20]!r} is not read here, but 6 to 9 are: run "
            "`pnpm install` with pnpm 8 or later, and push it",
            file=file,
        )
    return walk(PnpmLock(document, file), roots)


class PnpmLock:
    """Finds packages by pnpm's own keys, such as ``react-dom@18.2.0(react@18.2.0)``."""

    def __init__(self, document: Mapping, file: str) -> None:
        self.file = file
        self._importers = _mapping(document, "importers") or {".": document}
        self._packages = _mapping(document, "packages")
        self._snapshots = _mapping(document, "snapshots") or self._packages
        self._roots: dict[str, dict[str, str | None]] = {}

    def root(self, importer: str, dependency: Dependency) -> str | None:
        """What a folder of the project finds by a name."""
        if importer not in self._roots:
            found = self._imported(importer, _ALL)
            self._roots[importer] = {one.name: one.key for one in found}
        return self._roots[importer].get(dependency.name)

    def locked(self, key: str) -> Locked:
        """A package, or with ``link:`` a folder of the project."""
        if key.startswith(_LINK):
            folder = key.removeprefix(_LINK)
            name = posixpath.basename(folder)
            return Locked(name, "", folder=folder, found=tuple(self._imported(folder, _NEEDED)))
        if "(patch_hash=" in key:
            raise SourceRefusedError(
                f"{key.partition('(')[0]} is patched, and patches are not applied here: use it as "
                f"it is published, or {VENDOR}",
                file=self.file,
                package=key,
            )
        plain = key.removeprefix("/").partition("(")[0]
        name, _, version = plain.rpartition("@")
        about = _mapping(self._packages, key) or _mapping(self._packages, plain)
        resolution = _mapping(about, "resolution")
        elsewhere = resolution.keys() & {"directory", "repo", "commit"}
        return Locked(
            name,
            version,
            integrity=str(resolution.get("integrity", "")),
            source="file:" if elsewhere else "",
            os=_texts(about, "os"),
            cpu=_texts(about, "cpu"),
            libc=_texts(about, "libc"),
            found=tuple(self._found(_mapping(self._snapshots, key))),
        )

    def _imported(self, importer: str, kinds: tuple[str, ...]) -> Iterator[Found]:
        """What a folder of the project imports; ``importer`` is seen from the lock file."""
        importer = importer or "."
        about = _mapping(self._importers, importer)
        for kind in kinds:
            for name, entry in _mapping(about, kind).items():
                version = entry.get("version", "") if isinstance(entry, dict) else entry
                optional = kind != "dependencies"
                yield self._one(name, str(version), importer, optional=optional)

    def _found(self, about: Mapping) -> Iterator[Found]:
        for kind in _NEEDED:
            for name, version in _mapping(about, kind).items():
                yield self._one(name, str(version), ".", optional=kind != "dependencies")

    def _one(self, name: str, version: str, importer: str, *, optional: bool) -> Found:
        if version.startswith(_LINK):
            folder = posixpath.normpath(posixpath.join(importer, version.removeprefix(_LINK)))
            inside = folder in self._importers
            return Found(name, "*", f"{_LINK}{folder}" if inside else None, optional=optional)
        for key in (f"{name}@{version}", f"/{name}@{version}", version):
            if key in self._snapshots:
                return Found(name, "*", key, optional=optional)
        return Found(name, version, None, optional=optional)


def _mapping(about: Mapping, name: str) -> dict[str, Any]:
    """A mapping inside of another one; an empty one where there is none."""
    value = about.get(name) or {}
    if not isinstance(value, dict):
        raise UnreadableError(f"has no mapping as {name[:100]!r}")
    return value


def _texts(about: Mapping, name: str) -> tuple[str, ...]:
    value = about.get(name) or ()
    listed = [value] if isinstance(value, str) else value
    return tuple(text for text in listed if isinstance(text, str))
