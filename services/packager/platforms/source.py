"""The platform ``source``: the project as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.build.naming import title_of, version_of
from services.packager.build.plan import BuildPlan, Content, EmptyArtifactError, Exporter, ordered

if TYPE_CHECKING:
    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.domain.options import Platform


class SourceExporter:
    """Every file and asset, unchanged; the manifest is what every artifact gets."""

    name: Platform = "source"

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """All files that the options leave."""
        del context  # nothing is made here
        if not project.files:
            message = "no file is left to export: see excludePatterns and includeAssets"
            raise EmptyArtifactError(message)
        return BuildPlan(
            contents=ordered(map(Content.taken, project.files.values())),
            title=title_of(project, request),
            version=version_of(project, request),
        )


EXPORTER: Final[Exporter] = SourceExporter()
