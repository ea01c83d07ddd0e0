"""The game that an application carries: the site of the project, without what only hosts need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PIL import Image

from services.packager.application.app_icon import picture_of
from services.packager.application.app_identity import AppIdentity
from services.packager.application.unpacked_files import unpacked
from services.packager.build.plan import Content, Note
from services.packager.web import site_of
from services.packager.web.icons import BEST_PX
from shared.templates import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request


class Game(msgspec.Struct, frozen=True, kw_only=True):
    """A game before anything of a system is around it."""

    identity: AppIdentity
    picture: Image.Image
    contents: tuple[Content, ...]  # sorted by path; all URLs in them are relative
    templates: tuple[Template, ...]  # that files came from
    packages: tuple[str, ...]
    lacking: tuple[str, ...]
    notes: tuple[Note, ...]
    reproducible: bool


def game_of(
    project: ProjectFiles,
    request: Request,
    context: BuildContext,
    *,
    is_reserved: Callable[[str], bool],
    reserved: str,
    icon_px: int = BEST_PX,
) -> Game:
    """A project's game; whatever can be wrong with it is found before anything is packed.

    Args:
        project: Of the maker, as ``old_export.game_in`` gives it.
        request: What was asked for.
        context: Of the export.
        is_reserved: Whether a path is the application's own; such files are left out.
        reserved: Those paths, for people.
        icon_px: The edge of the picture.

    Raises:
        ProjectError: The project cannot become an application; the message says what to change.
        TemplateError: What it needs is not installed.
    """
    site = site_of(project, _without_icon(request), context)
    picture, icon_notes = picture_of(project, request.options.app_icon, own=site.icon, edge=icon_px)
    files, unpacked_notes = unpacked(site.contents, project, context.scratch)
    kept = tuple(file for file in files if not is_reserved(file.path))
    left_out = _left_out(len(files) - len(kept), reserved)
    return Game(
        identity=AppIdentity.of(site.title, site.version, request, project.project_id),
        picture=picture,
        contents=kept,
        templates=site.templates,
        packages=site.packages,
        lacking=site.lacking,
        notes=(*icon_notes, *left_out, *unpacked_notes, *site.notes),
        reproducible=site.reproducible,
    )


def _without_icon(request: Request) -> Request:
    """No page needs icons in an application."""
    options = msgspec.structs.replace(request.options, app_icon="")
    return msgspec.structs.replace(request, options=options)


def _left_out(count: int, reserved: str) -> Iterator[Note]:
    if count:
        yield Note(
            message=f"left out {count} files whose names are the application's own: {reserved}"
        )
