"""A project in the engine's own format: checked as a whole, then put around the web player.

``game.json``, ``scenes/``, ``assets/`` and ``scripts/`` are described in docs/project-format.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.site.engine.assembly import assemble
from services.packager.site.engine.game import GAME
from services.packager.site.engine.inspection import inspect
from services.packager.site.engine.problems import Findings

if TYPE_CHECKING:
    from services.packager.plan import Request
    from services.packager.project import ProjectFiles
    from services.packager.site.site import Site
    from services.packager.workbench import Workbench

__all__ = ["GAME", "PLAYER", "site"]

PLAYER: Final = "player"


def site(project: ProjectFiles, request: Request, bench: Workbench) -> Site:
    """The player, the game's boot manifest, and everything that the game needs.

    Raises:
        InvalidProjectError: Everything that keeps the game from working, at once.
        TemplateError: The player is not installed.
    """
    template = bench.templates.get(PLAYER)
    findings = Findings()
    inspected = inspect(project, request, findings)
    return assemble(inspected, template, request, bench, findings)
