"""A project in the engine's own format (``game.json``, ``scenes/``, …): it needs the web player."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from shared.errors import ProjectError

if TYPE_CHECKING:
    from services.packager.plan import Request
    from services.packager.project import ProjectFiles
    from services.packager.workbench import Workbench

GAME: Final = "game.json"


class EngineProjectUnsupportedError(ProjectError):
    """The player that such a project needs is not part of this version."""

    code = "engine-project-unsupported"


def site(project: ProjectFiles, request: Request, bench: Workbench) -> NoReturn:
    """Refuse, saying what would be exported instead."""
    del bench
    message = (
        f"{project.project_id} is in the engine's own format ({GAME}), which {request.platform} "
        "cannot play yet. Add an index.html that starts the game, or export the platform source."
    )
    raise EngineProjectUnsupportedError(message)
