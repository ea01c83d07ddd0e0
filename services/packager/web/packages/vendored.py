"""Packages that were pushed with the project in ``node_modules`` are used as they are.

``push`` leaves ``node_modules`` out unless ``.aethelignore`` takes it back (``!node_modules/``).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.project.json_documents import read_json
from services.packager.project.unreadable import UnreadableError
from services.packager.web.packages.dependency import Dependency, read_dependency
from services.packager.web.packages.errors import PackageError, PackagesTooLargeError
from services.packager.web.packages.manifest import manifest_path
from services.packager.web.packages.unpack import BudgetError
from services.packager.web.packages.workspaces import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from services.packager.project.files import ProjectFiles
    from services.packager.web.packages.unpack import Budget

BLOCK_BYTES: Final = 1 << 20
MAX_PACKAGES: Final = 10_000


class Missing(msgspec.Struct, frozen=True):
    """What a vendored package, or the project, needs and does not find there."""

    dependency: Dependency
    needed_by: str  # a manifest of the project
    optional: bool


class Vendored:
    """The packages below one ``node_modules`` of the project."""

    def __init__(self, project: ProjectFiles, folder: str) -> None:
        self._project = project
        self.base = posixpath.join(folder, MODULES)
        self._prefix = f"{self.base}/"
        self._places = frozenset(self._found())

    @property
    def names(self) -> frozenset[str]:
        """What sources find there."""
        whole = (place.removeprefix(self._prefix) for place in self._places)
        return frozenset(name for name in whole if f"/{MODULES}/" not in f"/{name}/")

    def missing(
        self, roots: Iterable[Dependency], file: str, optional: frozenset[str]
    ) -> list[Missing]:
        """What is needed and not there, the project's own first.

        Raises:
            PackageError: A manifest there cannot be read.
        """
        missing: dict[str, Missing] = {}
        seen: set[str] = set()
        waiting = [
            ("", Missing(dependency, file, dependency.name in optional)) for dependency in roots
        ]
        for place, one in waiting:  # grows while it is read
            found = self._find(place, one.dependency.name)
            if found is None:
                missing.setdefault(one.dependency.name, one)
            elif found not in seen:
                seen.add(found)
                waiting += ((found, inner) for inner in self._needs(found))
        return list(missing.values())

    def copy(self, into: Path, budget: Budget) -> None:
        """Write all of it to a folder.

        Raises:
            PackagesTooLargeError: It is more than an export may have.
        """
        for path, file in self._project.files.items():
            inner = path.removeprefix(self._prefix)
            if not path.startswith(self._prefix) or inner.startswith("."):
                continue  # caches and package managers' own folders
            try:
                budget.take(files=1, size_bytes=file.size)
            except BudgetError as error:
                raise PackagesTooLargeError(
                    f"it has too many {error}; leave out what the game does not import",
                    file=self.base,
                ) from None
            target = into / MODULES / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._project.open(path) as source, target.open("wb") as copy:
                while block := source.read(BLOCK_BYTES):
                    copy.write(block)

    def _found(self) -> Iterator[str]:
        """The folders that node takes for packages."""
        for path in self._project.files:
            if path.startswith(self._prefix) and path.endswith("/package.json"):
                place = path.rpartition("/")[0]
                name = place.rpartition(f"{MODULES}/")[2]
                if name.count("/") == name.startswith("@") and not name.startswith("."):
                    yield place

    def _find(self, place: str, name: str) -> str | None:
        """As node looks for it, from a place up to the top."""
        while place:
            candidate = f"{place}/{MODULES}/{name}"
            if candidate in self._places:
                return candidate
            inside = f"/{MODULES}/" in place.removeprefix(self._prefix)
            place = place.rpartition(f"/{MODULES}/")[0] if inside else ""
        top = f"{self._prefix}{name}"
        return top if top in self._places else None

    def _needs(self, place: str) -> Iterator[Missing]:
        """What it says that it needs; what it may do without is not fetched for it."""
        if len(self._places) > MAX_PACKAGES:
            raise PackagesTooLargeError(f"more than {MAX_PACKAGES:,} packages", file=self.base)
        file = manifest_path(place)
        for name, spec in sorted(_needed(self._project, file).items()):
            try:
                yield Missing(read_dependency(name, spec, file=file), file, optional=False)
            except PackageError:
                if self._find(place, name) is None:
                    raise
                yield Missing(Dependency(name, name, "*"), file, optional=False)


def _needed(project: ProjectFiles, file: str) -> dict[str, str]:
    """What a vendored package cannot do without; its other fields may be as odd as they like."""
    try:
        manifest = read_json(project, file)
    except UnreadableError:  # the build says so if anything imports it
        return {}
    needed, wished = (manifest.get(kind) for kind in ("dependencies", "optionalDependencies"))
    optional = wished if isinstance(wished, dict) else {}
    found = needed.items() if isinstance(needed, dict) else ()
    return {name: spec for name, spec in found if isinstance(spec, str) and name not in optional}
