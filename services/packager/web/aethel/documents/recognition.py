"""Every document of a project is looked at, wherever it lies, and known by its content."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.project.files import is_asset
from services.packager.project.json_documents import read_value
from services.packager.project.unreadable import UnreadableError
from services.packager.web.aethel.documents.format import Format
from services.packager.web.aethel.documents.other_kinds import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.packager.project.files import ProjectFiles

SCENES: Final = (".scene", ".level", ".aethel", ".aelv")  # of no other kind of file
NAMED: Final = (".level.json", ".scene.json")  # likewise
PARTS: Final = (".prefab", ".material", ".mat", ".anim", ".controller", ".blueprint", ".bp")
SUFFIXES: Final = (".json", *SCENES, *PARTS)
FOLDER: Final = "scenes/"  # everything in here is to be a scene
LEVELS: Final = "levels/"  # where the LevelEditor saves
MAX_BYTES: Final = 1 << 20  # of a .json that lies anywhere else
MAX_TOTAL_BYTES: Final = 256 << 20  # of all those
MAX_FILES: Final = 5_000  # of those: each is opened, and who has more keeps data in them
_NO_GAME: Final = frozenset(
    ("package.json", "package-lock.json", "tsconfig.json", "manifest.json", "components.json")
)


class Document(msgspec.Struct, frozen=True):
    """A document of a known kind; without a format it is one that the player reads as it is."""

    path: str
    content: Any = None
    format: Format | None = None
    other: str = ""  # what it is, where no game shows it
    fault: str = ""  # why it cannot be read


def documents_of(
    project: ProjectFiles,
    formats: Iterable[Format],
    *,
    settings: Iterable[str],
    unread: list[str],
) -> Iterator[Document]:
    """Every document of a known kind, sorted by path.

    Args:
        project: The project.
        formats: Those that are converted.
        settings: Files that are read by others.
        unread: Gets the files that are taken for data without a look, as they are large or many.
    """
    known = tuple(formats)
    left, looked_at = MAX_TOTAL_BYTES, 0
    for path, file in project.files.items():
        if not path.lower().endswith(SUFFIXES) or path in settings:
            continue
        if is_data(path):
            most = left if path.startswith(LEVELS) else min(left, MAX_BYTES)
            if posixpath.basename(path) in _NO_GAME:
                continue
            if file.size > most or looked_at == MAX_FILES:
                unread.append(path)
                continue
            left, looked_at = left - file.size, looked_at + 1
        if document := _document(project, path, known):
            yield document


def is_data(path: str) -> bool:
    """Whether a document may as well be data of a script: a plain ``.json`` outside of scenes."""
    lower = path.lower()
    is_scene = path.startswith(FOLDER) or lower.endswith(NAMED)
    return lower.endswith(".json") and not is_scene


def is_level(content: Any) -> bool:
    """Whether the player reads it as a level."""
    return isinstance(content, dict) and isinstance(content.get("entities"), list)


def is_runtime_scene(content: Any) -> bool:
    """Whether the player reads it as a runtime scene."""
    return isinstance(content, dict) and any(
        isinstance(content.get(name), list) for name in ("objects", "lights")
    )


def _is_of_game(path: str) -> bool:
    """Whether it lies where documents of a game do; elsewhere tools have JSON with comments."""
    return not is_data(path) or path.startswith(LEVELS) or is_asset(path)


def _document(project: ProjectFiles, path: str, formats: tuple[Format, ...]) -> Document | None:
    try:
        content = read_value(project, path)
    except UnreadableError as error:
        return Document(path, fault=str(error)) if _is_of_game(path) else None
    for candidate in formats:
        if candidate.recognises(content):
            return Document(path, content, candidate)
    if other := name_of(content):
        return Document(path, other=other)
    if is_data(path) and not (is_level(content) and "formatVersion" in content):
        return None
    return Document(path, content)
