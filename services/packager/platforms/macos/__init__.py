"""The platform ``macos``: an application bundle in a ZIP that keeps its permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.archive.formats import Container
from services.packager.build.context import Signer
from services.packager.build.plan import Carried
from services.packager.desktop.app_plan import AppPlan, plan_app
from services.packager.desktop.shell_binary import Machine, program
from services.packager.platforms.macos import verify
from services.packager.platforms.macos.bundle import bundle
from shared.errors import PreflightError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.concatenated import Piece
    from services.packager.archive.member import Member
    from services.packager.build.context import BuildContext
    from services.packager.build.plan import BuildPlan, Exporter
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.domain.options import Platform

BOTH: Final[tuple[Machine, ...]] = ("x64", "arm64")


class BundleIdError(PreflightError):
    """Apple takes fewer letters than others."""

    code = "bundle-id-invalid"


class MacosExporter:
    """The game lies beside the program, as a resource of the bundle."""

    name: Platform = "macos"

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """The game, and what goes around it."""
        if "_" in request.options.bundle_id:
            message = (
                f"bundleId {request.options.bundle_id!r}: Apple takes letters, digits, - and ."
            )
            raise BundleIdError(message)
        app = plan_app(project, request, context)
        chosen = request.options.architecture
        machines = BOTH if chosen is None or chosen == "universal" else (chosen,)
        application = App(app=app, machines=machines, signer=context.signer)
        suffix = f"-{chosen or 'universal'}.zip"
        return app.build_plan(application, suffix=suffix, content_type="application/zip")


class App(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle."""

    app: AppPlan
    machines: tuple[Machine, ...]
    signer: Signer | None
    container: Container = "zip"
    carries: Carried = "archive"

    def members(self, game: Sequence[Piece]) -> list[Member]:
        """All files of the bundle: signed ad hoc, or by the operator's own program."""
        identity = self.app.identity
        programs = {
            machine: program(self.app.template, "macos", machine) for machine in self.machines
        }
        made = bundle(identity, self.app.picture, game, programs)
        if self.signer:
            made = self.signer.sign(made, title=identity.title)
        verify.check(made, identity, game)
        return made


EXPORTER: Final[Exporter] = MacosExporter()
