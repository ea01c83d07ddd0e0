"""A site is every file that a browser needs to play a game, wherever the site is put.

The platform ``web`` adds what hosts need; applications carry the same site inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.web import aethel, html5
from services.packager.web.game_site import ENTRY, Site
from shared.domain.entry_page import EntryPageMissingError, is_engine_project

if TYPE_CHECKING:
    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request

__all__ = ["ENTRY", "Site", "site_of"]


def site_of(project: ProjectFiles, request: Request, context: BuildContext) -> Site:
    """A project with its own page goes as it is; one in the engine's format gets the player.

    Raises:
        ProjectError: It cannot be played; the message says what to change.
    """
    if ENTRY in project:
        return html5.site(project, request)
    if is_engine_project(project.files.keys()):
        return aethel.site(project, request, context)
    raise EntryPageMissingError(spelled=project.spelled(ENTRY))
