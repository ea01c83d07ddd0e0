"""What a game and its artifact are called."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.html import read_page

if TYPE_CHECKING:
    from services.packager.plan import Plan, Request
    from services.packager.project import ProjectFiles

MAX_SLUG: Final = 60
MAX_TITLE: Final = 100


class _Game(msgspec.Struct):
    """The only thing of ``game.json`` that names are made of."""

    name: str = ""


def title_of(project: ProjectFiles, request: Request) -> str:
    """``appName``, else the page's title, else the name in ``game.json``, else the project's id."""
    return (
        request.options.app_name.strip()
        or _page_title(project)
        or _game_name(project)
        or project.project_id
    )


def file_name(plan: Plan, request: Request) -> str:
    """``<name>-<version>-<platform>.zip`` in letters that every system and header takes."""
    version = re.sub(r"[^0-9A-Za-z.-]", "-", request.options.app_version)
    return f"{slug(plan.title)}-{version}-{request.platform}{plan.suffix}"


def slug(title: str) -> str:
    """Lower-case ASCII letters, digits, single hyphens; ``game`` where nothing else is left."""
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_title).strip("-")[:MAX_SLUG].rstrip("-") or "game"


def _page_title(project: ProjectFiles) -> str:
    if "index.html" not in project:
        return ""
    return " ".join(read_page(project.read("index.html")).title.split())[:MAX_TITLE]


def _game_name(project: ProjectFiles) -> str:
    if "game.json" not in project:
        return ""
    try:
        return msgspec.json.decode(project.read("game.json"), type=_Game).name.strip()[:MAX_TITLE]
    except msgspec.MsgspecError:  # whether it must be right is for the platform to say
        return ""
