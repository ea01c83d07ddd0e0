"""The platform ``web``: a ZIP that any static host serves, or one page that plays from a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.build.plan import BuildPlan, Content, Note, ordered
from services.packager.platforms.web import hosting
from services.packager.project.old_export import game_in
from services.packager.web import ENTRY, single_file, site_of
from shared.domain.precompressed import precompressed

if TYPE_CHECKING:
    from services.packager.build.context import BuildContext
    from services.packager.build.plan import Exporter
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.domain.options import Platform


class WebExporter:
    """The site, and the files that configure its hosts."""

    name: Platform = "web"

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """Every file of the site; a project's own word to its host is kept."""
        game = game_in(project)
        site = site_of(game, request, context)
        if request.options.format == single_file.FORMAT:
            return single_file.plan_single_file(site, game, request, context)
        names = {content.path for content in site.contents}
        compressed = precompressed(names)
        made = hosting.files(
            names,
            compressed=compressed,
            hashed=site.hashed,
            isolated=request.options.wasm_threads,
            embeddable=bool(site.templates),
        )
        own = names & made.keys()
        hosted = (Content.made(path, data) for path, data in made.items() if path not in own)
        return BuildPlan(
            contents=ordered([*site.contents, *hosted]),
            title=site.title,
            version=site.version,
            entry=ENTRY,
            notes=(
                *map(Note.kept, sorted(own)),
                *hosting.compression_notes(compressed),
                *site.notes,
            ),
            templates=site.templates,
            packages=site.packages,
            reproducible=site.reproducible,
            lacking=site.lacking,
        )


EXPORTER: Final[Exporter] = WebExporter()
