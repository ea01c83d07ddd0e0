"""What the engine's old worker packed, unpacked again: the project in ``source/``, uploads beside.

Of its own files only the project's name is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.project.files import ASSETS
from services.packager.project.game_json import RECORD
from services.packager.project.json_documents import read_json
from services.packager.project.unreadable import UnreadableError
from shared.domain.entry_page import OLD_EXPORT, SOURCE

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

_LISTS: Final = (f"{SOURCE}manifest.json", f"{ASSETS}manifest.json")  # the worker's own


def game_in(project: ProjectFiles) -> ProjectFiles:
    """The game that an old export holds; any other project as it is."""
    if OLD_EXPORT not in project or not project.has_folder(SOURCE):
        return project
    kept = [path for path in project.files if path not in _LISTS]
    uploads = {path: project.files[path] for path in kept if path.startswith(ASSETS)}
    own = {
        path.removeprefix(SOURCE): project.files[path] for path in kept if path.startswith(SOURCE)
    }
    return project.moved(uploads | own, name=_name(project))


def _name(project: ProjectFiles) -> str:
    try:
        name = read_json(project, RECORD).get("name") if RECORD in project else ""
    except UnreadableError:
        return ""
    return name if isinstance(name, str) else ""
