"""Scripts that tests put into their projects, to look at the game from the page."""

from __future__ import annotations

from typing import Any, Final

from tests.browser.engine.levels import part

# `aethel` on the page is then the scripting API, as the game's own scripts see it.
OPEN: Final = """
import * as aethel from "aethel";

export function start() {
  globalThis.aethel = aethel;
}
"""

# Notes on `seen` what happens to an entity, as [name, event, other's name].
WITNESS: Final = """
import { Script } from "aethel";

export default class Witness extends Script {
  note(event, other) {
    (globalThis.seen ??= []).push([this.entity.name, event, other?.name ?? null]);
  }
  start() { this.note("start"); }
  onCollision(other, contact) {
    this.note("collision", other);
    globalThis.contact = { normal: { ...contact.normal }, point: { ...contact.point } };
  }
  onCollisionEnd(other) { this.note("collision-end", other); }
  onTrigger(other) { this.note("trigger", other); }
  onTriggerEnd(other) { this.note("trigger-end", other); }
  destroyed() { this.note("destroyed"); }
}
"""

SCRIPTS: Final = {"scripts/open.js": OPEN, "scripts/witness.js": WITNESS}


def script(name: str, **properties: Any) -> dict[str, Any]:
    """A component that runs one of the project's scripts."""
    return part("Script", scriptId=f"scripts/{name}", properties=properties)


WATCHED: Final = script("witness.js")
OPENED: Final = script("open.js")
