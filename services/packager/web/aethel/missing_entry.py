"""Where the first scene is missing, debug shows one that says so: work on the rest can go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

SCENE: Final = "missing-entry"
FILE: Final = f"scenes/{SCENE}.json"
SCRIPT: Final = f"scripts/{SCENE}.js"
_CODE: Final = """import {{ Script }} from "aethel";

export default class MissingEntry extends Script {{
  start() {{
    const note = document.body.appendChild(document.createElement("p"));
    note.textContent = {message};
    note.setAttribute("role", "alert");
    Object.assign(note.style, {{
      position: "fixed", inset: "40% 0 auto", margin: 0, padding: "1em", color: "#fff",
      font: "1.2rem sans-serif", textAlign: "center", pointerEvents: "none",
    }});
  }}
}}
"""


def placed(project: ProjectFiles, texts: dict[str, str], *, entry: str) -> ProjectFiles:
    """The project with a scene, and a script among the texts, that tell what is missing."""
    message = msgspec.json.encode(f"The scene {entry} is not in the project.").decode()
    texts[SCRIPT] = _CODE.format(message=message)
    scene = {
        "formatVersion": "1.0.0",
        "entities": [
            {
                "id": SCENE,
                "components": [{"type": "Script", "data": {"scriptId": SCRIPT}}],
            }
        ],
        "settings": {"skybox": {"type": "color", "color": "#202020"}},
    }
    made = {FILE: msgspec.json.encode(scene), SCRIPT: texts[SCRIPT].encode()}
    return project.rewritten(made, without=())
