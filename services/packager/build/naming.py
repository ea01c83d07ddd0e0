"""A game and its artifact get their names here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.slug import slug
from services.packager.project.game_json import read_game
from services.packager.project.html_page import read_page
from services.packager.project.unreadable import UnreadableError, decoding
from shared.domain.options import Version
from shared.domain.visible_text import visible

if TYPE_CHECKING:
    from services.packager.build.plan import BuildPlan
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request

MAX_TITLE: Final = 100
FIRST_VERSION: Final = "1.0.0"
PAGE: Final = "index.html"


def title_of(project: ProjectFiles, request: Request, *, scene: str = "") -> str:
    """``appName``, else the page's title, else the name in ``game.json``, else the project's id.

    The name under which the project was stored with its files comes before the page's title, the
    name of its first scene before the id.
    """
    return (
        request.options.app_name.strip()
        or visible(project.name).strip()[:MAX_TITLE]
        or visible(_page_title(project))
        or visible(read_game(project).name).strip()[:MAX_TITLE]
        or visible(scene).strip()[:MAX_TITLE]
        or project.project_id
    )


def version_of(project: ProjectFiles, request: Request) -> str:
    """``appVersion``, else the version in ``game.json`` where it is one, else 1.0.0."""
    own = read_game(project).version.strip()
    return request.options.app_version or (own if is_version(own) else FIRST_VERSION)


def is_version(text: str) -> bool:
    """Whether it is written as the option ``appVersion`` has to be."""
    try:
        return bool(msgspec.convert(text, Version))
    except msgspec.ValidationError:
        return False


def file_name(plan: BuildPlan, request: Request) -> str:
    """``<name>-<version>-<platform>.zip`` in letters that every system and header takes."""
    version = re.sub(r"[^0-9A-Za-z.-]", "-", plan.version)
    return f"{slug(plan.title)}-{version}-{request.platform}{plan.suffix}"


def _page_title(project: ProjectFiles) -> str:
    if PAGE not in project:
        return ""
    source = project.read(PAGE)
    try:
        with decoding(PAGE):
            return " ".join(read_page(source).title.split())[:MAX_TITLE]
    except UnreadableError:  # whoever needs more of the page than its title says so
        return ""
