"""``game.json`` is read here for everybody: names, the window, and the player's settings.

Any project may have a file of that name. Only one in the engine's format has to be right; for the
others, whoever asks takes what there is. Names and window that it lacks are those of the files that
the engine's templates, its database and its editor's settings page write.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import msgspec

from services.packager.project.json_documents import read_json
from services.packager.project.unreadable import UnreadableError
from shared.domain.options import Orientation

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

GAME: Final = "game.json"
CONFIG: Final = "aethel.config.json"  # of the templates
RECORD: Final = "project.json"  # of the engine's database
EDITOR: Final = "project_settings.json"  # of the settings page
FILES: Final = (GAME, CONFIG, RECORD, EDITOR)  # the first that says something has the word
UNNAMED: Final = "My Game"  # the settings page's own default


class GameFile(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody may want to know of a game; what nobody says has the default."""

    name: str = ""
    version: str = ""
    width: int | None = None
    height: int | None = None
    fullscreen: bool = False
    orientation: Orientation | None = None
    faults: tuple[tuple[str, str], ...] = ()  # (field, what is odd about it), of game.json


def read_game(project: ProjectFiles) -> GameFile:
    """Names and window of a game; what is odd is left out, or taken for what it must mean."""
    faults: list[tuple[str, str]] = []
    own: dict[str, Any] = {}
    try:
        own = read_json(project, GAME) if GAME in project else {}
    except UnreadableError as error:
        faults.append(("", str(error)))
    given = {name: value for name, value in own.items() if value is not None}
    document = _names(project) | given
    size = document.get("resolution", {})
    if not isinstance(size, dict):
        faults.append(("resolution", "is no object with width and height: the size is as usual"))
        size = {}
    fullscreen = document.get("fullscreen", False)
    if not isinstance(fullscreen, bool):
        faults.append(("fullscreen", "is neither true nor false: the game begins in a window"))
    return GameFile(
        name=_text("name", document.get("name", ""), faults),
        version=_text("version", document.get("version", ""), faults),
        width=_edge("width", size.get("width"), faults),
        height=_edge("height", size.get("height"), faults),
        fullscreen=fullscreen is True,
        orientation=_orientation(document.get("orientation"), faults),
        faults=tuple(faults),
    )


def _text(field: str, value: Any, faults: list[tuple[str, str]]) -> str:
    """A text; a number can only mean one."""
    if isinstance(value, str):
        return value
    if not is_number(value):
        faults.append((field, "is no text, and so not taken"))
        return ""
    faults.append((field, taken_for_text(value)))
    return str(value)


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether a value of JSON is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def taken_for_text(number: float) -> str:
    """What is told of a number where a text is meant."""
    return f'is a number, taken for the text "{number}": write it in quotes'


def _edge(field: str, value: Any, faults: list[tuple[str, str]]) -> int | None:
    if value is None:
        return None
    if not _is_edge(value):
        faults.append((f"resolution.{field}", "is no number of pixels: it is as usual"))
        return None
    edge: float = value
    return round(edge)


def window_of(settings: dict[str, Any]) -> dict[str, Any]:
    """The window that ``project_settings.json`` describes, in the terms of ``game.json``."""
    found: dict[str, Any] = {}
    size = settings.get("win_resolution")
    if isinstance(size, dict) and all(_is_edge(size.get(axis)) for axis in "xy"):
        found["resolution"] = {"width": round(size["x"]), "height": round(size["y"])}
    if isinstance(mode := settings.get("win_fullscreen"), str | bool):
        found["fullscreen"] = mode is True or (isinstance(mode, str) and "full" in mode.lower())
    return found


def _names(project: ProjectFiles) -> dict[str, Any]:
    """Names and window of the other files; what is odd in them is as good as not there."""
    config, record, editor = (_lenient(project, path) for path in FILES[1:])
    title = _label(editor, "project_name")
    found = {
        "name": "" if title == UNNAMED else title,
        "version": _label(editor, "project_version"),
    }
    for document in (record, config):
        for key in ("name", "version"):
            found[key] = _label(document, key) or found[key]
    return window_of(editor) | {key: value for key, value in found.items() if value}


def _label(document: dict[str, Any], field: str) -> str:
    """A text, or a number that stands for one; empty where it is neither, or blank."""
    value = document.get(field)
    text = str(value) if is_number(value) else value
    return text if isinstance(text, str) and text.strip() else ""


def _lenient(project: ProjectFiles, path: str) -> dict[str, Any]:
    try:
        return read_json(project, path) if path in project else {}
    except UnreadableError:  # whoever needs more of it than names says so
        return {}


def _orientation(value: Any, faults: list[tuple[str, str]]) -> Orientation | None:
    if value is None:
        return None
    with suppress(msgspec.ValidationError):
        turned: Orientation = msgspec.convert(value, Orientation)
        return turned
    faults.append(("orientation", "is not any, landscape or portrait: it turns with the phone"))
    return None


def _is_edge(value: Any) -> bool:
    return is_number(value) and 1 <= value <= 16_384  # noqa: PLR2004 - as game.json's schema has it
