"""``project_settings.json`` of the editor's settings page: lengths in centimetres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.project.game_json import EDITOR, window_of
from services.packager.web.aethel.defaults.bindings import code_of
from services.packager.web.aethel.documents.fields import Source
from services.packager.web.aethel.findings import read_document

if TYPE_CHECKING:
    from collections.abc import Collection

    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.defaults.game_defaults import GameDefaults
    from services.packager.web.aethel.documents.fields import Fields
    from services.packager.web.aethel.findings import Findings

CENTIMETRE: Final = 0.01
KEYS: Final = {
    "key_jump": "jump",
    "key_crouch": "crouch",
    "key_sprint": "sprint",
    "key_interact": "interact",
}
BUTTONS: Final = {"jump": ["gamepad:0", "touch:button:A"]}  # stay as the player has them
AXES: Final[dict[str, tuple[str, str, list[str], list[str]]]] = {
    "moveX": ("key_left", "key_right", ["ArrowLeft", "gamepad:14"], ["ArrowRight", "gamepad:15"]),
    "moveY": (
        "key_backward",
        "key_forward",
        ["ArrowDown", "gamepad:13"],
        ["ArrowUp", "gamepad:12"],
    ),
}
TONES: Final = ("none", "linear", "reinhard", "cineon", "aces")
PRESETS: Final = ("low", "medium", "high", "ultra")
_ELSEWHERE: Final = (  # the window's and the names are read with game.json's
    *("project_name", "project_version", "company_name", "project_description"),
    *("copyright", "default_map", "game_mode", "editor_startup_map", "build_config"),
)

_NOT_FOLLOWED: Final = (
    *("ambient_volume", "anti_aliasing", "invert_y", "mouse_sensitivity", "physics_engine"),
    *("physics_substeps", "resolution_scale"),
)


def read_editor_settings(project: ProjectFiles, defaults: GameDefaults, findings: Findings) -> None:
    """Take what the file says into the defaults; name once what the player cannot follow."""
    if EDITOR not in project:
        return
    document = read_document(project, EDITOR, findings) or {}
    given = Source(EDITOR, document, findings).fields()
    game = defaults.game
    game |= _window(given, document)
    if "max_fps" in given:
        game["maxFPS"] = given.number("max_fps", 0, least=0, most=1_000)
    if "timestep" in given and (step := given.number("timestep", 0, least=0, most=1)):
        game["fixedTimestep"] = step
        defaults.level.setdefault("physics", {})["fixedTimestep"] = step
    if "gravity" in given:
        gravity = given.vector("gravity", (0.0, -981.0, 0.0))
        metres = [round(part * CENTIMETRE, 9) for part in gravity]
        defaults.level.setdefault("physics", {})["gravity"] = metres
    _looks(given, defaults)
    buses = [bus for bus in ("master", "music", "sfx", "voice") if f"{bus}_volume" in given]
    game["audio"] = {bus: given.number(f"{bus}_volume", 1, least=0, most=1) for bus in buses}
    defaults.actions |= _actions(given)
    _elsewhere(given)
    if unread := [name for name in _NOT_FOLLOWED if name in given]:
        findings.info(f"settings that the player does not follow: {', '.join(unread)}", file=EDITOR)
    given.ignore(*_NOT_FOLLOWED)
    given.close()


def _window(given: Fields, document: dict[str, Any]) -> dict[str, Any]:
    window = window_of(document)
    for field, name in (("win_resolution", "resolution"), ("win_fullscreen", "fullscreen")):
        if field in given and name not in window:
            given.source.warn("is no size that a window can have", given.place(field))
        given.ignore(field)
    return window


def _elsewhere(given: Fields) -> None:
    """What others read is only checked here."""
    for name in _ELSEWHERE:
        given.label(name)
    for name in ("fixed_timestep", "vsync"):
        given.flag(name, default=True)


def _looks(given: Fields, defaults: GameDefaults) -> None:
    game = defaults.game
    if not given.flag("shadows_enabled", default=True):
        game["shadows"] = False
    for name, field in (("quality_preset", "graphicsPreset"), ("shadow_quality", "shadowQuality")):
        if preset := _one_of(given, name, PRESETS):
            game[field] = preset
    if tone := _one_of(given, "tonemapper", TONES):
        defaults.level.setdefault("rendering", {})["toneMapping"] = tone
    if "bloom_enabled" in given:
        if given.flag("bloom_enabled", default=False):
            bloom = {"enabled": True, "intensity": given.number("bloom_intensity", 0.5, least=0)}
            defaults.level["postProcessing"] = {"enabled": True, "bloom": bloom}
        else:
            game["bloom"] = False
    given.ignore("bloom_intensity")


def _one_of(given: Fields, name: str, known: Collection[str]) -> str:
    """Which of them a setting names, in whatever case; empty where it names none."""
    value = given.text(name)
    if value and value.lower() not in known:
        message = f"is {value!r}, which the player does not have: it has no effect"
        given.source.warn(message, given.place(name))
        return ""
    return value.lower()


def _actions(given: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, action in KEYS.items():
        if code := _code(given, field):
            found[action] = [code, *BUTTONS.get(action, [])]
    for action, (low, high, less, more) in AXES.items():
        ends = _code(given, low), _code(given, high)
        if any(ends):
            found[action] = {
                "negative": [*filter(None, [ends[0]]), *less],
                "positive": [*filter(None, [ends[1]]), *more],
                "stick": "left-x" if action == "moveX" else "left-y",
            }
    return found


def _code(given: Fields, field: str) -> str | None:
    name = given.text(field)
    code = code_of(name) if name else None
    if name and code is None:
        given.source.warn(f"the key {name!r} is unknown", given.place(field))
    return code
