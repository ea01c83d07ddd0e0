"""A site is every file that a browser needs to play a game, wherever the site is put.

The platform ``web`` adds what hosts need; applications carry the same site inside.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from services.packager.web import aethel, html5, own_build, vite
from services.packager.web.game_site import ENTRY, Site
from services.packager.web.vite.package_json import nearest
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
    if folder := request.options.output_dir:
        return _output(project, request, context, folder)
    if is_engine_project(project.files.keys()):
        return aethel.site(project, request, context)
    built = vite.site_of(project, request, context)
    if isinstance(built, vite.OwnTools):
        assert context.scripts is not None  # noqa: S101 - else it would not say so
        return own_build.site_of(
            project, request, context, context.scripts, built.package, why=built.why
        )
    if built:
        return built
    if ENTRY in project:
        return html5.site(project, request, context)
    raise EntryPageMissingError(
        spelled=project.spelled(ENTRY),
        has_package=PACKAGE in project,
        deeper=deeper_entries(project.files),
    )


def _output(project: ProjectFiles, request: Request, context: BuildContext, folder: str) -> Site:
    """A folder that was pushed; else the one that the project's script writes, if it may run."""
    is_there = f"{folder.strip('/')}/{ENTRY}" in project
    package = nearest(project, posixpath.dirname(folder.strip("/")))
    if is_there or context.scripts is None or not package.build:
        return html5.output_site(project, request, context, folder)
    why = f"{folder} is not in the project"
    return own_build.site_of(project, request, context, context.scripts, package, why=why)
