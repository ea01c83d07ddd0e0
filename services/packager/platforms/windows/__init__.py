"""The platform ``windows``: one program with the game inside, in a ZIP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.archive.concatenated import concatenated_member, piece_bytes
from services.packager.archive.formats import Container
from services.packager.build.context import Signer
from services.packager.build.plan import Carried
from services.packager.desktop.app_plan import AppPlan, plan_app
from services.packager.desktop.shell_binary import Machine, program, with_payload
from services.packager.desktop.verify import check_game
from services.packager.platforms.windows import executable
from services.packager.platforms.windows.resources import resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.concatenated import Piece
    from services.packager.archive.member import Member
    from services.packager.build.context import BuildContext
    from services.packager.build.plan import BuildPlan, Exporter
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.domain.options import Platform


class WindowsExporter:
    """The shell is branded, gets the game behind it, and is signed, in this order."""

    name: Platform = "windows"

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """The game, and what goes around it."""
        machine: Machine = "arm64" if request.options.architecture == "arm64" else "x64"
        app = plan_app(project, request, context)
        application = Program(app=app, machine=machine, signer=context.signer)
        return app.build_plan(application, suffix=f"-{machine}.zip", content_type="application/zip")


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A Windows program."""

    app: AppPlan
    machine: Machine
    signer: Signer | None
    container: Container = "zip"
    carries: Carried = "archive"

    def members(self, game: Sequence[Piece]) -> list[Member]:
        """The one file."""
        identity = self.app.identity
        unbranded = program(self.app.template, "windows", self.machine)
        branded = executable.branded(unbranded, resources(identity, self.app.picture))
        size = sum(map(piece_bytes, game))
        located = with_payload(branded, offset=len(branded), size=size)
        name = f"{identity.file_name}.exe"
        made = concatenated_member(name, (located, *game), mode=0o755)
        if self.signer:
            (made,) = self.signer.sign([made], title=identity.title)
        with made.open() as file:
            head = file.read(len(located))
        executable.check(head, file_bytes=made.size_bytes, signed=self.signer is not None)
        check_game(made, game, head_bytes=len(located))
        return [made]


EXPORTER: Final[Exporter] = WindowsExporter()
