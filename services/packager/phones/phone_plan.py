"""What the applications of both kinds of phones have in common is planned here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET

from services.packager.application.game import Game, game_of
from services.packager.build.plan import BuildPlan, Content, Note, ordered
from services.packager.phones.app_config import CONFIG, config
from services.packager.project.game_json import GAME, read_game
from services.packager.project.old_export import game_in
from services.packager.web import ENTRY
from services.packager.web.icons import BEST_PX
from shared.domain.options import Orientation
from shared.templates import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.packager.application.app_identity import AppIdentity
    from services.packager.build.context import BuildContext
    from services.packager.build.plan import Application
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request

_RUNTIMES_OWN: Final = ".aethel/"  # paths that the runtime answers itself
RESERVED: Final = f"{CONFIG}, {_RUNTIMES_OWN}"


class PhonePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A phone's application before the parts of its own system are made."""

    game: Game
    template: Template
    orientation: Orientation
    contents: tuple[Content, ...]  # the game and ``aethel-app.json``, sorted by path
    notes: tuple[Note, ...]

    def build_plan(self, application: Application, *, suffix: str, content_type: str) -> BuildPlan:
        """The plan of the finished application."""
        return BuildPlan(
            contents=self.contents,
            title=self.game.identity.title,
            version=self.game.identity.version,
            notes=self.notes,
            entry=ENTRY,
            content_type=content_type,
            suffix=suffix,
            templates=(*self.game.templates, self.template),
            packages=self.game.packages,
            lacking=self.game.lacking,
            application=application,
            reproducible=self.game.reproducible,
        )


def plan_phone(
    project: ProjectFiles,
    request: Request,
    context: BuildContext,
    *,
    template: str,
    icon_px: int = BEST_PX,
    identity: Callable[[AppIdentity], AppIdentity] = lambda identity: identity,
    oldest_web_view: Callable[[Game], int] | None = None,
) -> PhonePlan:
    """Plan an application; whatever can be wrong with its game is found before it is packed.

    Args:
        project: Of the maker.
        request: What was asked for.
        context: Of the export.
        template: The name of the runtime.
        icon_px: The edge of the picture that icons are made of.
        identity: Makes of the usual names those that the system takes.
        oldest_web_view: The version of Chrome that a game needs, where the web view is one.

    Raises:
        ProjectError: The project cannot become an application; the message says what to change.
        TemplateError: The runtime is not installed.
    """
    runtime = context.templates.get(template)
    project = game_in(project)
    game = game_of(
        project,
        request,
        context,
        is_reserved=_is_runtimes,
        reserved=RESERVED,
        icon_px=icon_px,
    )
    game = msgspec.structs.replace(game, identity=identity(game.identity))
    orientation, notes = _orientation_of(project, request)
    made = config(
        game.identity,
        request,
        entry=ENTRY,
        orientation=orientation,
        oldest_web_view=oldest_web_view(game) if oldest_web_view else UNSET,
    )
    return PhonePlan(
        game=game,
        template=runtime,
        orientation=orientation,
        contents=ordered([*game.contents, Content.made(CONFIG, made)]),
        notes=(*_of_identity(game.identity, request), *notes, *game.notes),
    )


def _of_identity(identity: AppIdentity, request: Request) -> Iterator[Note]:
    """Stores know an application by its id for ever; a project's says nothing of its maker."""
    if request.configuration == "distribution" and not request.options.bundle_id:
        yield Note(
            message=f"without bundleId this is the application {identity.bundle_id}, made of the "
            "project's id, and a store keeps an id for ever: before the first upload, choose one "
            "with bundleId that begins with a domain of your own, such as com.yourname.game"
        )


def _orientation_of(
    project: ProjectFiles, request: Request
) -> tuple[Orientation, tuple[Note, ...]]:
    """What was asked for, else what ``game.json`` says; else it turns with the phone."""
    game = read_game(project)
    notes = tuple(
        Note(file=GAME, path=f"$.{field}", message=message)
        for field, message in game.faults
        if field == "orientation"
    )
    return request.options.orientation or game.orientation or "any", notes


def _is_runtimes(path: str) -> bool:
    return path == CONFIG or path.startswith(_RUNTIMES_OWN)
