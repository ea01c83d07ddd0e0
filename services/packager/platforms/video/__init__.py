"""The platform ``video``: the game's site, to be filmed; what is packed is a step on the way.

The film itself is made of it by ``services.packager.film``; its name and its type are known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.build.plan import BuildPlan, ordered
from services.packager.platforms.video.film_files import film_files
from services.packager.project.old_export import game_in
from services.packager.web import ENTRY, site_of
from shared.domain.video.spec import spec_of

if TYPE_CHECKING:
    from services.packager.build.context import BuildContext
    from services.packager.build.plan import Exporter
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.domain.options import Platform


class VideoExporter:
    """Every file of the site, and those that say what the player and the camera do."""

    name: Platform = "video"

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """The same site as the platform ``web`` has, without the files for its hosts."""
        game = game_in(project)
        spec = spec_of(request.options)
        wanted = film_files(game, spec, has_output=bool(request.options.output_dir))
        site = site_of(game, request, context)
        there = {content.path: content for content in site.contents}
        return BuildPlan(
            contents=ordered({**there, **wanted.beside(there)}.values()),
            title=site.title,
            version=site.version,
            entry=ENTRY,
            content_type=spec.content_type,
            suffix=f".{spec.ending}",
            notes=site.notes,
            templates=site.templates,
            packages=site.packages,
            reproducible=site.reproducible,
            lacking=site.lacking,
        )


EXPORTER: Final[Exporter] = VideoExporter()
