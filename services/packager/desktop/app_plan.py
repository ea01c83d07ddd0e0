"""What the applications of every system have in common is planned here: names, icon, game."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from PIL import Image

from services.packager.application.app_icon import png
from services.packager.application.app_identity import AppIdentity
from services.packager.application.game import game_of
from services.packager.archive.zip_directory import directory_size
from services.packager.build.plan import BuildPlan, Content, Note, ordered
from services.packager.desktop import shell_binary
from services.packager.project.old_export import game_in
from services.packager.web import ENTRY
from shared.errors import ProjectError
from shared.templates import Template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.build.context import BuildContext
    from services.packager.build.plan import Application
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request

ICON: Final = "aethel-shell.png"  # in the game's archive, for the shell's window
ICON_PX: Final = 256
_SHELLS_OWN: Final = ".aethel/"  # paths that the shell answers itself
RESERVED: Final = "aethel-shell.*, .aethel/"
MAX_FILES: Final = 65_000  # a ZIP without 64-bit records counts 65,534, some of them made here
MAX_BYTES: Final = (4 << 30) - (64 << 20)  # Windows runs no larger program


class GameTooLargeError(ProjectError):
    """More than one program can carry."""

    code = "game-too-large"


class AppPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A desktop application before the parts of its own system are made."""

    identity: AppIdentity
    picture: Image.Image
    template: Template
    signed: bool
    contents: tuple[Content, ...]
    templates: tuple[Template, ...]
    packages: tuple[str, ...]
    lacking: tuple[str, ...]
    notes: tuple[Note, ...]
    reproducible: bool  # but for its signature

    def build_plan(self, application: Application, *, suffix: str, content_type: str) -> BuildPlan:
        """The plan of the finished application."""
        return BuildPlan(
            contents=self.contents,
            title=self.identity.title,
            version=self.identity.version,
            notes=self.notes,
            entry=ENTRY,
            content_type=content_type,
            suffix=suffix,
            templates=self.templates,
            packages=self.packages,
            lacking=self.lacking,
            application=application,
            reproducible=self.reproducible and not self.signed,
        )


def plan_app(project: ProjectFiles, request: Request, context: BuildContext) -> AppPlan:
    """Plan an application; whatever can be wrong with it is found before anything is packed.

    Raises:
        ProjectError: The project cannot become an application; the message says what to change.
        TemplateError: The shell is not installed.
    """
    template = context.templates.get(shell_binary.TEMPLATE)
    project = game_in(project)
    game = game_of(project, request, context, is_reserved=_is_shells, reserved=RESERVED)
    window, window_notes = shell_binary.window_of(project)
    identity = game.identity
    made = {
        ICON: png(game.picture, ICON_PX),
        shell_binary.CONFIG: shell_binary.config(identity, window, request, entry=ENTRY, icon=ICON),
    }
    contents = ordered([*game.contents, *(Content.made(path, data) for path, data in made.items())])
    check_size(contents)
    return AppPlan(
        identity=identity,
        picture=game.picture,
        template=template,
        signed=context.signer is not None,
        contents=contents,
        templates=(*game.templates, template),
        packages=game.packages,
        reproducible=game.reproducible,
        lacking=game.lacking,
        notes=(*window_notes, *game.notes),
    )


def _is_shells(path: str) -> bool:
    return path in (ICON, shell_binary.CONFIG) or path.startswith(_SHELLS_OWN)


def check_size(contents: Sequence[Content]) -> None:
    """Check that one program can carry all of it.

    Raises:
        GameTooLargeError: What is too much, and what to do.
    """
    size = sum(content.size_bytes for content in contents)
    size += 2 * directory_size(content.path for content in contents)  # each file has two headers
    if len(contents) > MAX_FILES or size > MAX_BYTES:
        message = (
            f"an application carries at most {MAX_FILES:,} files, {MAX_BYTES / 1e9:.1f} GB; "
            f"this game has {len(contents):,} files and {size / 1e9:.1f} GB. Leave some out with "
            "excludePatterns, or export it for the web"
        )
        raise GameTooLargeError(message)
