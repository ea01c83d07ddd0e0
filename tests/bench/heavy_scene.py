"""A scene that is heavy to draw, as a project of the engine: 80 PBR meshes that turn.

Shadows, light from an environment, and antialiasing; nothing of it is random.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from tests.engine import as_json, assets, component, entity, project
from tests.projects import build, request

if TYPE_CHECKING:
    from pathlib import Path

MESHES: Final = 80
SHAPES: Final = ("sphere", "torus", "box", "capsule")
TURN: Final = b"""import { Script } from "aethel";
export default class Turn extends Script {
  update(dt) {
    this.entity.rotation.y += dt;
    this.entity.rotation.x += dt / 2;
  }
}
"""
SETTINGS: Final = {
    "skybox": {"type": "hdri", "texture": "sky"},
    "lighting": {"shadowsEnabled": True, "shadowQuality": "high"},
}


def write_heavy_site(folder: Path) -> None:
    """Export the scene as a site into a folder."""
    entities = [_mesh(number) for number in range(MESHES)]
    floor = entity(
        "floor",
        component("MeshRenderer", meshId="primitive:plane", materialIds=["paint-0"]),
        transform=_placed((0, -1.2, 0), scale=4, turned=(-math.sqrt(0.5), 0, 0, math.sqrt(0.5))),
    )
    sun = entity(
        "sun",
        component("Light", type="directional", intensity=2.5, target=[0, 0, 0]),
        transform=_placed((8, 14, 6)),
    )
    camera = entity(
        "camera",
        component("Camera", isMain=True, target=[0, 0, 0]),
        transform=_placed((0, 7, 13)),
    )
    paints = {f"paint_{number}": f"assets/paint-{number}.json" for number in range(8)}
    table = assets(turn="scripts/turn.ts", sky="assets/sky.png", **paints)
    for row in table:
        row["id"] = row["id"].replace("_", "-")
    scene = {
        "formatVersion": "1.0.0",
        "entities": [*entities, floor, sun, camera],
        "assets": table,
        "settings": SETTINGS,
    }
    files = project(
        **{
            "scenes/main.json": as_json(scene),
            "scripts/turn.ts": TURN,
            "assets/sky.png": _sky(),
            **{f"assets/paint-{number}.json": _paint(number) for number in range(8)},
        }
    )
    for path, data in build(files, request("web")).files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _mesh(number: int) -> dict[str, Any]:
    row, column = divmod(number, 10)
    shape = SHAPES[number % len(SHAPES)]
    return entity(
        f"mesh-{number}",
        component("MeshRenderer", meshId=f"primitive:{shape}", materialIds=[f"paint-{number % 8}"]),
        component("Script", scriptId="turn"),
        transform=_placed((column * 1.5 - 6.75, math.sin(number) / 2, row * 1.5 - 5.25)),
    )


def _placed(
    place: tuple[float, float, float],
    *,
    scale: float = 1,
    turned: tuple[float, float, float, float] = (0, 0, 0, 1),
) -> dict[str, Any]:
    return {
        "position": dict(zip("xyz", place, strict=True)),
        "rotation": dict(zip("xyzw", turned, strict=True)),
        "scale": dict.fromkeys("xyz", scale),
    }


def _paint(number: int) -> bytes:
    colour = f"#{60 + 25 * number:02x}{220 - 20 * number:02x}{90 + 15 * (number % 5):02x}"
    metal = "0.9" if number % 2 else "0.1"
    text = f'{{"color": "{colour}", "metalness": {metal}, "roughness": {0.15 + number / 10:.2f}}}'
    return text.encode()


def _sky() -> bytes:
    """An equirectangular picture: a bright horizon, and a sun."""
    rows, columns = np.mgrid[0:256, 0:512]
    light = np.exp(-(((rows - 128) / 60.0) ** 2)) * 140 + 60
    sun = 255 * np.exp(-((rows - 70) ** 2 + (columns - 130) ** 2) / 300.0)
    bands = np.stack([light * 0.8 + sun, light * 0.9 + sun, light + sun], axis=2)
    file = io.BytesIO()
    Image.fromarray(np.clip(bands, 0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
