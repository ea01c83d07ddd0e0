"""What a browser can open of a project: a page of its own, or what the player plays.

The gateway refuses by it before minutes are reserved; the packager looks again.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final, Literal

from shared.domain.globs import matches_any
from shared.errors import PreflightError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

Kind = Literal["web", "web-build", "engine", "old-export"]  # of a project, by its files' names
PAGE: Final = "index.html"  # a page of its own, which comes first
GAME: Final = "game.json"  # a project in the engine's format
CONFIG: Final = "aethel.config.json"  # likewise, as the engine's templates write it
SCENES: Final = (".scene", ".level", ".level.json", ".aelv", ".aethel")  # may begin a game
FOLDER: Final = "scenes/"  # likewise with any JSON in here
OLD_EXPORT: Final = "export.json"  # the engine's old worker packed it: the project is in SOURCE
SOURCE: Final = "source/"
MAX_KEPT: Final = 1_000  # scenes of a project: one is enough to begin with
PACKAGE: Final = "package.json"  # a project whose pages may lie deeper, and are built


MAX_DEEPER: Final = 3  # told of those that lie in folders
IN_FOLDERS: Final = tuple(f"/{name}" for name in (PAGE, GAME, CONFIG, PACKAGE))
PACKAGES: Final = "node_modules/"


class EntryPageMissingError(PreflightError):
    """There is nothing that a browser could open."""

    code = "entry-page-missing"

    def __init__(
        self, *, spelled: str | None = None, has_package: bool = False, deeper: Sequence[str] = ()
    ) -> None:
        hint = f" It has {spelled}: rename that." if spelled else _deeper(deeper)
        if has_package:
            hint = (
                f" It has {PACKAGE}, but no {PAGE} anywhere: pages that are built begin with one."
            )
        super().__init__(
            f"the project has neither {PAGE} (a page of its own) nor {GAME}, {CONFIG} or a scene "
            f"(an Aethel project) nor {PACKAGE} (pages that are built), or excludePatterns leaves "
            f"them out.{hint}"
        )


def entry_files(paths: Iterable[str]) -> frozenset[str]:
    """Those of a project's files that may be opened, however they are spelled."""
    named = set(paths)
    inside = {path: path.removeprefix(_root(named)) for path in named}
    kept = {path for path, inner in inside.items() if _is_entry(inner) or path == OLD_EXPORT}
    scenes = sorted(path for path, inner in inside.items() if _is_scene(inner))
    return frozenset(kept.union(scenes[:MAX_KEPT], deeper_entries(named)))


def deeper_entries(paths: Iterable[str]) -> list[str]:
    """Files in folders that would be opened at the top of a project, the nearest first."""
    found = (path for path in paths if path.endswith(IN_FOLDERS) and PACKAGES not in path)
    return heapq.nsmallest(MAX_DEEPER, found, key=lambda path: (path.count("/"), path))


def check_entry_page(entries: frozenset[str], *, exclude: Sequence[str]) -> None:
    """Raise EntryPageMissingError unless one of the entry files is what a browser can open.

    Args:
        entries: By :func:`entry_files`.
        exclude: Patterns of files that the export leaves out.
    """
    kept = sorted(path for path in entries if not matches_any(path, exclude))
    found = {f"{_root(kept)}{name}" for name in (PAGE, PACKAGE)}
    if found.isdisjoint(kept) and not is_engine_project(kept):
        spelled = next((path for path in kept if path.casefold() == PAGE), None)
        raise EntryPageMissingError(spelled=spelled, deeper=deeper_entries(kept))


def kind_of(entries: Collection[str]) -> Kind | None:
    """The kind of a project, by the names of its files; None where it is none that can be played.

    ``web-build`` has a ``package.json``: whether its page must be built only its content says.
    """
    names = {path.removeprefix(_root(entries)) for path in entries}
    if OLD_EXPORT in entries:
        return "old-export"
    if is_engine_project(entries):
        return "engine"
    if PACKAGE in names:
        return "web-build"
    return "web" if PAGE in names else None


def is_surely_built(entries: frozenset[str]) -> bool:
    """Whether it has nothing that runs without a build."""
    root = _root(entries)
    built, page = f"{root}{PACKAGE}" in entries, f"{root}{PAGE}" in entries
    return built and not page and not is_engine_project(entries)


def is_engine_project(paths: Collection[str]) -> bool:
    """Whether the player plays it: it has no page of its own, and none that would be built."""
    root = _root(paths)
    names = {path.removeprefix(root) for path in paths} if root else paths
    if PAGE in names:
        return False
    is_game = GAME in names or CONFIG in names
    return is_game or (PACKAGE not in names and any(map(_is_scene, names)))


def _root(paths: Collection[str]) -> str:
    """Where the project lies in what was stored."""
    return SOURCE if OLD_EXPORT in paths else ""


def _is_entry(path: str) -> bool:
    return path.casefold() in {PAGE, GAME, CONFIG, PACKAGE}


def _is_scene(path: str) -> bool:
    lower = path.lower()
    return lower.endswith(SCENES) or (path.startswith(FOLDER) and lower.endswith(".json"))


def _deeper(entries: Sequence[str]) -> str:
    """What to do where a project lies in a folder of what was stored."""
    if not entries:
        return ""
    folder, _, name = entries[0].rpartition("/")
    or_else = f", or export with the option outputDir={folder}" if name == PAGE else ""
    return (
        f" It has {' and '.join(entries)}: push or pack the folder {folder} itself, so that what "
        f"lies in it is at the top{or_else}."
    )
