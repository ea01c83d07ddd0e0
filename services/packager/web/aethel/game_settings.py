"""The settings of a game in the engine's format say how it wants to be played."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.build.naming import FIRST_VERSION, is_version
from services.packager.project.game_json import GAME
from services.packager.web.aethel.findings import MAX_SHOWN, read_document
from services.packager.web.aethel.scenes import FOLDER, SUFFIXES
from services.packager.web.aethel.schema.scenes import Game
from services.packager.web.aethel.schema.type_errors import faults

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings

FIRST_SCENE: Final = "main"
DEFAULTS: Final[dict[str, Any]] = {
    "name": "Aethel Game",
    "version": FIRST_VERSION,
    "resolution": {"width": 1920, "height": 1080},
    "fullscreen": False,
    "vsync": True,
    "antialiasing": True,
    "shadowQuality": "high",
    "textureQuality": "high",
    "graphicsPreset": "high",
    "physicsTickRate": 60,
    "maxFPS": 0,
    "startScene": FIRST_SCENE,
    "splashScreen": None,
    "icon": None,
    "pwa": False,
    "input": {},
}


def read_settings(project: ProjectFiles, findings: Findings) -> tuple[Game, dict[str, Any]]:
    """The game's own settings, typed and as they stand there; what is wrong is reported."""
    document = read_document(project, GAME, findings) or {}
    game = Game()
    with findings.walking(GAME):
        game = _typed(document, findings)
    return game, document


def _typed(document: Mapping[str, Any], findings: Findings) -> Game:
    try:
        game = msgspec.convert(document, Game)
    except msgspec.ValidationError:
        wrong = list(islice(faults(document, Game), MAX_SHOWN))
        for path, message in wrong:
            findings.error(GAME, message, path=path)
        return _valid_part(document, {path.split(".")[1] for path, _ in wrong})
    if game.version and not is_version(game.version.strip()):
        message = f"{game.version!r} is no version like 1.2.0; {FIRST_VERSION} is taken"
        findings.warning(GAME, message, path="$.version")
    return game


def _valid_part(document: Mapping[str, Any], wrong: Collection[str]) -> Game:
    """What is left of the settings, so that the rest of the project can be looked at."""
    fields = {name.partition("[")[0] for name in wrong}
    try:
        return msgspec.convert({k: v for k, v in document.items() if k not in fields}, Game)
    except msgspec.ValidationError:
        return Game()


def start_scene(game: Game, names: Mapping[str, str], findings: Findings) -> str:
    """The name of the first scene, which has to be there."""
    given = game.start_scene or FIRST_SCENE
    name = given.removeprefix(FOLDER)
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    if name not in names:
        found = ", ".join(sorted(names)[:10]) or "none"
        message = f"there is no scene {given!r} in {FOLDER}; there are: {found}"
        findings.error(GAME, message, path="$.startScene")
    return name


def settings_of(
    document: Mapping[str, Any], *, title: str, version: str, start: str, pwa: bool
) -> dict[str, Any]:
    """What the player reads: the game's settings, with defaults where it says nothing."""
    own = {name: value for name, value in document.items() if value is not None}
    own.pop("include", None)  # it is for the exporter
    return {
        **DEFAULTS,
        **own,
        "name": title,
        "version": version,
        "startScene": start,
        "pwa": pwa,
    }
