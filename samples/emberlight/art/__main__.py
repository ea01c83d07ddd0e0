"""Writes the sample's models, textures, sounds, icon and levels beside this folder."""

from __future__ import annotations

import json
from pathlib import Path

from samples.emberlight.art.levels import levels
from samples.emberlight.art.models import models
from samples.emberlight.art.sounds import sounds
from samples.emberlight.art.textures import icon, textures

GAME = Path(__file__).parents[1]


def files() -> dict[str, bytes]:
    """Path in the game to bytes."""
    made = {
        "models": models(),
        "textures": textures(),
        "sounds": sounds(),
    }
    written = {
        f"assets/{folder}/{name}": data
        for folder, group in made.items()
        for name, data in group.items()
    }
    written["assets/icon.png"] = icon()
    for name, level in levels().items():
        written[f"scenes/{name}.json"] = json.dumps(level, indent=1).encode() + b"\n"
    return written


if __name__ == "__main__":
    for path, data in files().items():
        target = GAME / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
