"""A project in the engine's own format is checked as a whole, then put around the web player.

``game.json``, ``scenes/``, ``assets/`` and ``scripts/``, and the other formats that are read, are
described in docs/project-format.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.web.aethel.assembly import assemble
from services.packager.web.aethel.findings import Findings
from services.packager.web.aethel.load_project import inspect

if TYPE_CHECKING:
    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from services.packager.web.game_site import Site

__all__ = ["PLAYER", "site"]

PLAYER: Final = "player"


def site(project: ProjectFiles, request: Request, context: BuildContext) -> Site:
    """The player, the game's boot manifest, and everything that the game needs.

    Raises:
        InvalidProjectError: Everything that keeps the game from working, at once.
        TemplateError: The player is not installed.
    """
    template = context.templates.get(PLAYER)
    findings = Findings()
    loaded = inspect(project, request, findings)
    return assemble(loaded, template, request, context, findings)
