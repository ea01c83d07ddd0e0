"""The template that the player is shipped as: what every game loads first stays small."""

from __future__ import annotations

import json
import subprocess

import pytest

from services.packager.runtimes.build import node
from services.packager.runtimes.registry import read_template
from shared.templates import BUILT, Template

MOST_BYTES = 150_000
MEASURE = """
const { brotliCompressSync } = require("node:zlib");
const { readFileSync } = require("node:fs");
const size = (path) => brotliCompressSync(readFileSync(path)).length;
console.log(process.argv.slice(1).reduce((sum, path) => sum + size(path), 0));
"""


@pytest.fixture
def template() -> Template:
    """As `make templates` has built it."""
    return read_template(BUILT / "player")


def test_a_game_without_physics_loads_at_most_150_kb(template: Template) -> None:
    """Scripts and styles of the lean variant, in brotli, file by file as a host sends them."""
    core = json.loads(template.description)["variants"]["lean"]["core"]
    files = [str(template.folder / path) for path in core]
    ran = subprocess.run([node(), "-e", MEASURE, *files], capture_output=True, check=True)
    assert int(ran.stdout) <= MOST_BYTES


@pytest.mark.parametrize("variant", ["lean", "full"])
def test_parts_that_few_games_need_are_apart(template: Template, variant: str) -> None:
    """No chunk is among the files that every game loads, and every one of them is shipped."""
    player = json.loads(template.description)["variants"][variant]
    lazy = {path for files in player["chunks"].values() for path in files}
    assert set(player["core"]).isdisjoint(lazy)
    assert {*player["core"], *lazy, player["entry"], *player["modules"].values()} <= {
        *template.files
    }
    assert set(player["chunks"]) == {
        *("gltf", "draco", "meshopt", "ktx2", "hdr", "animation", "physics", "effects", "errors"),
        *("navigation", "baking", "sky", "core", "ui", "gameScript"),
    }


def test_only_the_full_variant_carries_all_of_three(template: Template) -> None:
    """The others' scripts cannot import it."""
    variants = json.loads(template.description)["variants"]
    apis = {
        *("aethel", "@aethel/core", "@/lib/game-engine-core", "@/lib/game-engine"),
        *("@aethel/ui", "@aethel/ui/jsx-runtime", "@aethel/ui/jsx-dev-runtime"),
    }
    assert set(variants["lean"]["modules"]) == apis
    assert set(variants["full"]["modules"]) == {*apis, "three"}
