"""The platform ``linux``: a ``tar.gz`` with the program and its desktop entry, or an AppImage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.application.app_icon import png
from services.packager.archive.concatenated import concatenated_member, piece_bytes
from services.packager.archive.formats import Container
from services.packager.archive.member import Member
from services.packager.build.context import Signer
from services.packager.build.plan import Carried
from services.packager.desktop.app_plan import AppPlan, plan_app
from services.packager.desktop.shell_binary import Machine, program, with_payload
from services.packager.desktop.verify import check_game
from services.packager.platforms.linux import elf
from services.packager.platforms.linux.appimage import appimage
from services.packager.platforms.linux.desktop_entry import desktop_entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.concatenated import Piece
    from services.packager.build.context import BuildContext
    from services.packager.build.plan import BuildPlan, Exporter
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.domain.options import Platform

ICON_PX: Final = 512
APPIMAGE: Final = "appimage"


class LinuxExporter:
    """One program with the game inside; the system's web view shows it."""

    name: Platform = "linux"

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """The game, and what goes around it."""
        app = plan_app(project, request, context)
        machine: Machine = "arm64" if request.options.architecture == "arm64" else "x64"
        if request.options.format == APPIMAGE:
            return app.build_plan(
                SingleFile(app=app, machine=machine),
                suffix=f"-{machine}.AppImage",
                content_type="application/vnd.appimage",
            )
        return app.build_plan(
            Folder(app=app, machine=machine, signer=context.signer),
            suffix=f"-{machine}.tar.gz",
            content_type="application/gzip",
        )


class SingleFile(msgspec.Struct, frozen=True, kw_only=True):
    """An AppImage."""

    app: AppPlan
    machine: Machine
    container: Container = "file"
    carries: Carried = "archive"

    def members(self, game: Sequence[Piece]) -> list[Member]:
        """The one file."""
        unbranded = program(self.app.template, "linux", self.machine)
        identity = self.app.identity
        made = appimage(
            unbranded,
            game,
            name=identity.command,
            entry=desktop_entry(identity),
            icon=png(self.app.picture, ICON_PX),
        )
        _check(made, game, len(unbranded), self.machine)
        return [made]


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """A folder to unpack anywhere; its program starts from there."""

    app: AppPlan
    machine: Machine
    signer: Signer | None
    container: Container = "tar.gz"
    carries: Carried = "archive"

    def members(self, game: Sequence[Piece]) -> list[Member]:
        """Program, desktop entry, icon, and a signature if there is a key."""
        unbranded = program(self.app.template, "linux", self.machine)
        size = sum(map(piece_bytes, game))
        branded = with_payload(unbranded, offset=len(unbranded), size=size)
        identity = self.app.identity
        inside = f"{identity.command}-{identity.version}/{identity.command}"
        made = concatenated_member(inside, (branded, *game), mode=0o755)
        _check(made, game, len(unbranded), self.machine)
        files = [
            made,
            Member.of_bytes(f"{inside}.desktop", desktop_entry(identity)),
            Member.of_bytes(f"{inside}.png", png(self.app.picture, ICON_PX)),
        ]
        if self.signer:
            files += self.signer.sign([made], title=identity.title)
        return files


def _check(made: Member, game: Sequence[Piece], head_bytes: int, machine: Machine) -> None:
    with made.open() as file:
        elf.check(file.read(head_bytes), machine)
    check_game(made, game, head_bytes=head_bytes)


EXPORTER: Final[Exporter] = LinuxExporter()
