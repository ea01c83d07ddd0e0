"""``package-lock.json`` and ``npm-shrinkwrap.json`` of npm 7 and later give packages their places.

Which package finds which is what node would find from its place.

Source: https://docs.npmjs.com/cli/configuring-npm/package-lock-json
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.project.json_documents import MAX_VALUES, values_in
from services.packager.project.unreadable import UnreadableError
from services.packager.web.packages.errors import LockFileError
from services.packager.web.packages.lock_files.locked import Found, Locked, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.web.packages.dependency import Dependency
    from services.packager.web.packages.graph import Graph
    from services.packager.web.packages.lock_files.locked import Roots

MODULES: Final = "node_modules"
LEAST_VERSION: Final = 2
MAX_PLACE: Final = 1_000  # characters; every folder of it is looked into


class Entry(msgspec.Struct, frozen=True, rename="camel"):
    """What lies in one place."""

    name: str = ""
    version: str = ""
    resolved: str | bool = ""
    integrity: str = ""
    link: bool = False
    in_bundle: bool = False
    dependencies: dict[str, str] = {}
    optional_dependencies: dict[str, str] = {}
    peer_dependencies: dict[str, str] = {}
    os: tuple[str, ...] = ()
    cpu: tuple[str, ...] = ()
    libc: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True, rename="camel"):
    """The whole file, as far as it counts here."""

    lockfile_version: int = 1
    packages: dict[str, Entry] = {}


def read(data: bytes, file: str, roots: Roots) -> Graph:
    """The packages that ``roots`` need.

    Raises:
        UnreadableError: It is no such file.
        PackageError: It does not fit.
    """
    if values_in(data) > MAX_VALUES:
        raise UnreadableError(f"holds more than {MAX_VALUES:,} values")
    try:
        document = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=Document)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableError(f"is not as npm writes it: {str(error)[:200]}") from None
    if any(len(place) > MAX_PLACE for place in document.packages):
        raise UnreadableError(f"names a place of more than {MAX_PLACE:,} characters")
    if document.lockfile_version < LEAST_VERSION:
        raise LockFileError(
            f"its lockfileVersion {document.lockfile_version} is npm 6's: run `npm install` with "
            "npm 7 or later, and push it",
            file=file,
        )
    return walk(NpmLock(document, file), roots)


class NpmLock:
    """Finds packages in the places that the file names; the places are the ids."""

    def __init__(self, document: Document, file: str) -> None:
        self.file = file
        self._entries = document.packages

    def root(self, importer: str, dependency: Dependency) -> str | None:
        """What a folder of the project finds by a name."""
        return self._found(importer, dependency.name)

    def locked(self, key: str) -> Locked:
        """What lies in a place."""
        entry = self._entries[key]
        if MODULES not in key.split("/"):
            return Locked(
                entry.name or posixpath.basename(key),
                entry.version,
                folder=key,
                found=tuple(self._all(key)),
            )
        name = entry.name or key.rpartition(f"{MODULES}/")[2]
        source = entry.resolved if isinstance(entry.resolved, str) else ""
        return Locked(
            name,
            entry.version,
            integrity=entry.integrity,
            source=source,
            os=entry.os,
            cpu=entry.cpu,
            libc=entry.libc,
            found=tuple(self._all(key)),
        )

    def _all(self, key: str) -> Iterator[Found]:
        """What it finds; a peer may be missing, and what came inside its own archive is there."""
        entry = self._entries[key]
        for name, spec in entry.dependencies.items():
            if name not in entry.optional_dependencies:
                yield from self._one(key, name, spec, optional=False)
        for name, spec in entry.optional_dependencies.items():
            yield from self._one(key, name, spec, optional=True)
        for name, spec in entry.peer_dependencies.items():
            if name not in entry.dependencies:
                yield from self._one(key, name, spec, optional=True)

    def _one(self, key: str, name: str, spec: str, *, optional: bool) -> Iterator[Found]:
        found = self._found(key, name)
        if found is None or not self._entries[found].in_bundle:
            yield Found(name, spec, found, optional=optional)

    def _found(self, place: str, name: str) -> str | None:
        """As node looks for it: in ``node_modules`` of the place, then of all folders around."""
        folder = place
        while True:
            if posixpath.basename(folder) != MODULES:
                candidate = posixpath.join(folder, MODULES, name)
                if candidate in self._entries:
                    return self._target(candidate)
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def _target(self, place: str) -> str | None:
        entry = self._entries[place]
        if not entry.link:
            return place
        target = entry.resolved if isinstance(entry.resolved, str) else ""
        return target if target in self._entries and not self._entries[target].link else None
