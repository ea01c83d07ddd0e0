"""The platform ``web``: a ZIP that any static host serves, from any folder of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.platforms.web import engine, html5
from shared.errors import ProjectError

if TYPE_CHECKING:
    from services.packager.plan import Exporter, Plan, Request
    from services.packager.project import ProjectFiles
    from shared.options import Platform


class NoEntryPageError(ProjectError):
    """There is nothing that a browser could open."""

    code = "entry-page-missing"


class WebExporter:
    """A project with its own page goes as it is; one in the engine's format needs the player."""

    name: Platform = "web"

    def plan(self, project: ProjectFiles, request: Request) -> Plan:
        """Every file of the site."""
        if html5.ENTRY in project:
            return html5.plan(project, request)
        if engine.GAME in project:
            return engine.plan(project, request)
        spelled = project.spelled(html5.ENTRY)
        hint = f" It has {spelled}: rename that." if spelled else ""
        message = (
            "the project has neither index.html (a page of its own) nor game.json (an Aethel "
            f"project) at its top, or excludePatterns leaves them out.{hint}"
        )
        raise NoEntryPageError(message)


EXPORTER: Final[Exporter] = WebExporter()
