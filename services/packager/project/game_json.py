"""``game.json`` is read here for everybody: names, the window, and the player's settings.

Any project may have a file of that name. Only one in the engine's format has to be right; for the
others, whoever asks takes what there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from services.packager.project.json_documents import read_json
from services.packager.project.unreadable import UnreadableError, walking

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

GAME: Final = "game.json"
T = TypeVar("T")


def read_game(project: ProjectFiles, view: type[T]) -> T:
    """As much of the file as ``view`` describes; its defaults where there is no file.

    Raises:
        UnreadableError: It is no JSON, or a field that ``view`` describes has another type.
    """
    document: dict[str, Any] = read_json(project, GAME) if GAME in project else {}
    with walking(GAME):
        try:
            return msgspec.convert(document, view)
        except msgspec.ValidationError as error:
            raise UnreadableError(str(error)) from None
