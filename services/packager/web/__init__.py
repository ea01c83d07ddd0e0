"""A site is every file that a browser needs to play a game, wherever the site is put.

The platform ``web`` adds what hosts need; applications carry the same site inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.project.game_json import GAME
from services.packager.web import aethel, html5
from services.packager.web.game_site import ENTRY, Site
from shared.errors import ProjectError

if TYPE_CHECKING:
    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request

__all__ = ["ENTRY", "NoEntryPageError", "Site", "site_of"]


class NoEntryPageError(ProjectError):
    """There is nothing that a browser could open."""

    code = "entry-page-missing"


def site_of(project: ProjectFiles, request: Request, context: BuildContext) -> Site:
    """A project with its own page goes as it is; one in the engine's format gets the player.

    Raises:
        ProjectError: It cannot be played; the message says what to change.
    """
    if ENTRY in project:
        return html5.site(project, request)
    if GAME in project:
        return aethel.site(project, request, context)
    spelled = project.spelled(ENTRY)
    hint = f" It has {spelled}: rename that." if spelled else ""
    message = (
        "the project has neither index.html (a page of its own) nor game.json (an Aethel "
        f"project) at its top, or excludePatterns leaves them out.{hint}"
    )
    raise NoEntryPageError(message)
