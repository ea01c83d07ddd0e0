"""The platform ``source``: the project as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.naming import title_of
from services.packager.plan import Content, EmptyArtifactError, Exporter, Plan, ordered

if TYPE_CHECKING:
    from services.packager.plan import Request
    from services.packager.project import ProjectFiles
    from shared.options import Platform


class SourceExporter:
    """Every file and asset, unchanged; the manifest is what every artifact gets."""

    name: Platform = "source"

    def plan(self, project: ProjectFiles, request: Request) -> Plan:
        """All files that the options leave."""
        if not project.files:
            message = "no file is left to export: see excludePatterns and includeAssets"
            raise EmptyArtifactError(message)
        return Plan(
            contents=ordered(map(Content.taken, project.files.values())),
            title=title_of(project, request),
        )


EXPORTER: Final[Exporter] = SourceExporter()
