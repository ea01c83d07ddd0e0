"""The settings of a game in the engine's format say how it wants to be played."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.build.naming import FIRST_VERSION, is_version
from services.packager.project.game_json import CONFIG, GAME, is_number, taken_for_text
from services.packager.web.aethel.convert_project import ConvertedProject, scene_named
from services.packager.web.aethel.findings import MAX_SHOWN, read_document
from services.packager.web.aethel.scenes import FOLDER, SUFFIXES
from services.packager.web.aethel.schema.scenes import Game
from services.packager.web.aethel.schema.type_errors import faults, unknown_fields

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.defaults.game_defaults import GameDefaults
    from services.packager.web.aethel.findings import Findings

FIRST_SCENE: Final = "main"
TEXTS: Final = ("id", "name", "version", "description")  # a number can only mean its text
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


def read_settings(
    project: ProjectFiles, defaults: GameDefaults, findings: Findings
) -> tuple[Game, dict[str, Any]]:
    """The game's own settings, typed and as they stand there; what is wrong is reported."""
    own = _written(project, findings)
    document = defaults.game | own
    if isinstance(size := own.get("resolution"), dict):
        usual = defaults.game.get("resolution") or DEFAULTS["resolution"]
        document["resolution"] = {**usual, **size}
    if defaults.actions:
        given = own.get("input")
        inputs = given if isinstance(given, dict) else {}
        actions = inputs.get("actions")
        named = actions if isinstance(actions, dict) else {}
        document["input"] = {**inputs, "actions": defaults.actions | named}
    game = Game()
    with findings.walking(GAME):
        for field in unknown_fields(own, Game):
            message = "is a field that the player does not know: it has no effect"
            findings.warning(GAME, message, path=f"$.{field}")
        game = _typed(document, findings)
    return game, document


def _written(project: ProjectFiles, findings: Findings) -> dict[str, Any]:
    """What the file says, where it says something; numbers that can only mean texts are texts."""
    own = (read_document(project, GAME, findings) or {}) if GAME in project else {}
    _drop_nulls(own)
    for field in TEXTS:
        value = own.get(field)
        if is_number(value):
            own[field] = str(value)
            findings.info(f"$.{field}: {taken_for_text(value)}", file=GAME)
    return own


def _drop_nulls(document: dict[str, Any]) -> None:
    """Remove what has its default, in objects of any depth: the player would trip over it."""
    waiting = [document]
    while waiting:
        fields = waiting.pop()
        for name in [name for name, value in fields.items() if value is None]:
            del fields[name]
        waiting += (value for value in fields.values() if isinstance(value, dict))


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


def start_scene(
    game: Game,
    converted: ConvertedProject,
    names: Collection[str],
    findings: Findings,
    *,
    debug: bool,
    filmed: str = "",
) -> str:
    """The name of the first scene, which has to be there.

    Args:
        game: What ``game.json`` says.
        converted: What other files say, and the name of each scene by the file that it was.
        names: Of all scenes.
        findings: What is wrong with it.
        debug: Then a missing ``entry`` is a warning, and the name empty.
        filmed: The scene that ``options.video`` names instead; empty for none.
    """
    scenes = converted.scenes
    found = ", ".join(sorted(names)[:10]) or "none"
    if filmed:
        name = scene_named(scenes, filmed) or _without_suffix(filmed)
        if name not in names:
            message = f"options.video.scene: there is no scene {filmed!r}; there are: {found}"
            findings.error(FOLDER, message)
        return name
    if given := game.start_scene:
        name = scene_named(scenes, given) or _without_suffix(given)
        if name not in names:
            message = f"there is no scene {given!r} in {FOLDER}; there are: {found}"
            findings.error(GAME, message, path="$.startScene")
        return name
    if entry := converted.defaults.entry:
        name = scene_named(scenes, entry) or ""
        if name not in names:
            files = ", ".join(sorted(scenes)[:10]) or "none"
            message = f"{entry!r} is not in the project; the scenes that are: {files}"
            tell = findings.warning if debug else findings.error
            tell(CONFIG, message, path="$.entry")
            return "" if debug else FIRST_SCENE
        return name
    if FIRST_SCENE not in names and len(names) == 1:
        return next(iter(names))
    if FIRST_SCENE not in names:
        file = GAME if GAME in converted.project else FOLDER
        message = (
            f"no scene is called {FIRST_SCENE!r}: name the first one as startScene in {GAME}; "
            f"there are: {found}"
        )
        findings.error(file, message, path="$.startScene" if file == GAME else "")
    return FIRST_SCENE


def _without_suffix(given: str) -> str:
    name = given.removeprefix(FOLDER)
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
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
