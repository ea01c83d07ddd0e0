"""A layout puts the packages of a graph into folders so that node finds what the graph says.

Each package lies as high as it can: at the top unless another version is there, or something on the
way found another one first. Sources that import what they do not name find it there, too, as with
npm and yarn.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.web.packages.errors import PackagesTooLargeError
from services.packager.web.packages.graph import fits_here, needed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from services.packager.web.packages.graph import Graph

MODULES: Final = "node_modules"
MAX_PLACES: Final = 4_000  # a package may lie in several
MAX_DEPTH: Final = 12  # of folders in folders; a circle of different versions never ends


class Place(msgspec.Struct, frozen=True):
    """A folder, and the package that goes there."""

    path: str
    key: str
    optional: bool  # nothing is lost without it


@dataclass(eq=False)
class _Folder:
    """A package in its place; without a key it is the project, or was there already."""

    path: str
    key: str | None
    parent: _Folder | None = None
    children: dict[str, _Folder] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)  # names that were found above from below here

    @property
    def depth(self) -> int:
        return self.path.count(MODULES)


def layout(graph: Graph, *, taken: Collection[str] = ()) -> list[Place]:
    """Where every package goes; places come before those inside of them.

    Args:
        graph: Of packages that find each other.
        taken: Names at the top that are there already, and stay.

    Raises:
        PackagesTooLargeError: It never ends, or is more than anybody needs.
    """
    return list(_Layout(graph, taken).places())


class _Layout:
    def __init__(self, graph: Graph, taken: Collection[str]) -> None:
        self._graph = graph
        self._needed = needed(graph)
        self._top = _Folder("", None)
        self._top.children = {name: _Folder(_below("", name), None) for name in taken}

    def places(self) -> Iterator[Place]:
        """Level by level, the project's own dependencies first."""
        waiting = deque(
            folder
            for name, key in sorted(self._graph.roots.items())
            if (folder := self._put(self._top, name, key))
        )
        count = 0
        while waiting:
            folder = waiting.popleft()
            count += 1
            if count > MAX_PLACES or folder.depth > MAX_DEPTH:
                raise PackagesTooLargeError(
                    f"the packages need more than {MAX_PLACES:,} folders, or {MAX_DEPTH} inside of "
                    "each other: remove dependencies, or bring their versions together",
                    file=self._graph.file,
                )
            assert folder.key is not None  # noqa: S101 - only packages wait
            yield Place(folder.path, folder.key, folder.key not in self._needed)
            package = self._graph.packages[folder.key]
            for name, key in sorted(package.dependencies.items()):
                if (inner := self._put(folder, name, key)) is not None:
                    waiting.append(inner)

    def _put(self, folder: _Folder, name: str, key: str) -> _Folder | None:
        """A new folder, unless what is found there is right."""
        if not fits_here(self._graph.packages[key]):
            return None
        way: list[_Folder] = []
        here: _Folder | None = folder
        while here is not None:
            found = here.children.get(name)
            if found is not None:
                if found.key in (key, None):
                    _pass(way, name)
                    return None
                break
            way.append(here)
            here = here.parent
        number = max(n for n, one in enumerate(way) if n == 0 or name not in one.passed)
        target = way[number]
        _pass(way[:number], name)
        made = _Folder(_below(target.path, name), key, target)
        target.children[name] = made
        return made


def _pass(way: list[_Folder], name: str) -> None:
    for folder in way:
        folder.passed.add(name)


def _below(path: str, name: str) -> str:
    return f"{path}/{MODULES}/{name}" if path else f"{MODULES}/{name}"
