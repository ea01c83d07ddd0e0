"""The platform ``ios``: an Xcode project that builds as it is, or the application built of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.archive.concatenated import Piece, concatenated_member
from services.packager.archive.formats import Container
from services.packager.archive.member import Member
from services.packager.archive.stored_zip import stored_zip
from services.packager.build.context import Signer
from services.packager.build.plan import Carried, Note
from services.packager.phones.phone_plan import plan_phone
from services.packager.platforms.ios import checks, verify
from services.packager.platforms.ios.asset_catalog import MARKETING_PX, has_holes
from services.packager.platforms.ios.identity import IosIdentity, version_notes
from services.packager.platforms.ios.project import TEMPLATE, XcodeProject
from services.packager.platforms.ios.purposes import purposes
from services.packager.project.old_export import game_in
from services.packager.web import ENTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.build.context import BuildContext
    from services.packager.build.plan import BuildPlan, Exporter
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.domain.options import Platform

IPA: Final = "ipa"
IPA_TYPE: Final = "application/x-ios-app"


class IosExporter:
    """The runtime's sources around the game; whoever has a Mac builds and signs it."""

    name: Platform = "ios"

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """The game, and the project around it."""
        phone = plan_phone(project, request, context, template=TEMPLATE, icon_px=MARKETING_PX)
        contents, skipped = checks.without_skipped(phone.contents)
        phone = msgspec.structs.replace(phone, contents=contents)
        checks.check_contents(contents)
        picture, names = phone.game.picture, phone.game.identity
        known = {record.sha256 for one in phone.game.templates for record in one.files.values()}
        wanted, reasons = purposes(contents, game_in(project), known=known)
        notes = (
            *version_notes(names),
            *_icon_notes(request, opaque=not has_holes(picture)),
            *skipped,
            *checks.code_notes(contents),
            *reasons,
        )
        phone = msgspec.structs.replace(phone, notes=(*notes, *phone.notes))
        xcode = XcodeProject(
            identity=IosIdentity.of(names),
            picture=picture,
            orientation=phone.orientation,
            configuration=request.configuration,
            template=phone.template,
            purposes=wanted,
        )
        if request.options.format == IPA and context.signer is not None:
            application = BuiltApp(project=xcode, signer=context.signer)
            plan = phone.build_plan(application, suffix=".ipa", content_type=IPA_TYPE)
            return msgspec.structs.replace(plan, reproducible=False)  # signatures hold the time
        return phone.build_plan(
            Project(project=xcode), suffix=".zip", content_type="application/zip"
        )


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with an Xcode project."""

    project: XcodeProject
    container: Container = "zip"
    carries: Carried = "files"

    def members(self, game: Sequence[Piece]) -> list[Member]:
        """All files of the folder."""
        members = self.project.members(piece for piece in game if isinstance(piece, Member))
        verify.check_project(members, self.project.identity, ENTRY)
        return members


class BuiltApp(msgspec.Struct, frozen=True, kw_only=True):
    """The application that an operator's Mac builds of the project, and signs."""

    project: XcodeProject
    signer: Signer
    container: Container = "file"
    carries: Carried = "files"

    def members(self, game: Sequence[Piece]) -> list[Member]:
        """The one file."""
        identity = self.project.identity
        members = Project(project=self.project).members(game)
        folder = concatenated_member(f"{identity.command}.zip", stored_zip(members))
        (built,) = self.signer.sign([folder], title=identity.title)
        verify.check_ipa(built, identity, members)
        return [built]


def _icon_notes(request: Request, *, opaque: bool) -> tuple[Note, ...]:
    """Only of a picture that the maker chose."""
    if opaque or not request.options.app_icon:
        return ()
    message = "its transparent parts are filled: icons of iOS have none"
    return (Note(level="info", file=request.options.app_icon, message=message),)


EXPORTER: Final[Exporter] = IosExporter()
