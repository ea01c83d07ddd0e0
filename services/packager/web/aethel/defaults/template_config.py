"""``aethel.config.json`` of the templates: the first scene, actions, pixels, gravity in 2D."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.project.game_json import CONFIG
from services.packager.web.aethel.defaults.bindings import code_of
from services.packager.web.aethel.documents.fields import Source
from services.packager.web.aethel.findings import read_document

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.defaults.game_defaults import GameDefaults
    from services.packager.web.aethel.documents.fields import Fields
    from services.packager.web.aethel.findings import Findings

# What the templates' scripts ask for without the config naming it.
ACTIONS: Final = {
    "Jump": ["Space", "gamepad:0"],
    "Fire": ["mouse:0", "gamepad:7"],
    "Sprint": ["ShiftLeft", "gamepad:10"],
}


def read_config(project: ProjectFiles, defaults: GameDefaults, findings: Findings) -> None:
    """Take what the file says into the defaults."""
    if CONFIG not in project:
        return
    source = Source(CONFIG, read_document(project, CONFIG, findings) or {}, findings)
    config = source.fields()
    defaults.entry = config.text("entry") or None
    defaults.actions |= ACTIONS | _actions(config.inner("input"))
    rendering = config.inner("rendering")
    if rendering.flag("pixelPerfect", default=False):
        defaults.level.setdefault("rendering", {})["pixelPerfect"] = True
    rendering.number("pixelsPerUnit", 16, least=0)  # of sprites, which no scene here has
    rendering.close()
    physics = config.inner("physics2D")
    if "gravity" in physics:
        x, y = physics.vector("gravity", (0.0, -9.81))
        defaults.level.setdefault("physics", {})["gravity"] = [x, y, 0.0]
    physics.close()
    for name in ("name", "version"):
        config.label(name)  # whoever reads names takes what there is
    config.ignore("engine", "genre", "style", "description", "author")
    config.close()


def _actions(given: Fields) -> dict[str, Any]:
    actions = given.inner("actions")
    found: dict[str, Any] = {}
    for name in actions.names():
        codes = []
        for number, binding in enumerate(actions.texts(name)):
            if code := code_of(binding):
                codes.append(code)
            else:
                message = f"the action {name!r} is bound to {binding!r}, which nobody knows"
                actions.source.warn(message, f"{actions.place(name)}[{number}]")
        found[name] = codes
    given.close()
    return found
