"""A site is every file that a browser needs to play a game, wherever the site is put.

The platform ``web`` adds what hosts need; applications carry the same site inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.web import aethel, html5, vite
from services.packager.web.game_site import ENTRY, Site
from shared.domain.entry_page import (
    PACKAGE,
    EntryPageMissingError,
    deeper_entries,
    is_engine_project,
)

if TYPE_CHECKING:
    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request

__all__ = ["ENTRY", "Site", "site_of"]


def site_of(project: ProjectFiles, request: Request, context: BuildContext) -> Site:
    """A project with its own page goes as it is, or is built; others get the player.

    Raises:
        ProjectError: It cannot be played; the message says what to change.
        TemplateError: What it needs is not installed.
    """
    if request.options.output_dir:
        return html5.output_site(project, request, context, request.options.output_dir)
    if is_engine_project(project.files.keys()):
        return aethel.site(project, request, context)
    if built := vite.site_of(project, request, context):
        return built
    if ENTRY in project:
        return html5.site(project, request, context)
    raise EntryPageMissingError(
        spelled=project.spelled(ENTRY),
        has_package=PACKAGE in project,
        deeper=deeper_entries(project.files),
    )
