"""What release ships, what it leaves out, and that it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine import (
    as_json,
    assets,
    boot,
    component,
    entity,
    export,
    glb,
    level,
    notes,
    project,
)
from tests.media import small

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFAB = {"id": "p", "entities": [entity("r", component("MeshRenderer", meshId="m"))]}
WITH_SCRIPT = level(entity("e", component("Script", scriptId="scripts/a.ts")))


def shipped(files: Mapping[str, bytes], **options: Any) -> set[str]:
    """The project's files in the artifact, ``game.json`` and the first scene apart."""
    return set(boot(export(files, **options))["files"]) - {"scenes/main.json"}


def game(scene: bytes, *files: str, **more: Any) -> dict[str, bytes]:
    """A project with a first scene and other files, each what its name says."""
    model = glb(nodes=[{"name": "lid"}])
    contents = {file: model if file.endswith(".glb") else small(file) for file in files}
    return project(**{"scenes/main.json": scene, **contents, **more})


def test_what_nothing_uses_is_left_out_and_told() -> None:
    """Every file by its name, with what to do to keep it."""
    files = game(
        level(entity("e", component("MeshRenderer", meshId="m")), assets=assets(m="assets/m.glb")),
        *("assets/m.glb", "assets/old/a.png", "assets/old/b.png", "scenes/attic.json"),
        **{"scenes/attic.json": level(), "scripts/unused.ts": b"export default 1"},
    )
    built = export(files)
    assert set(boot(built)["files"]) == {"scenes/main.json", "assets/m.glb"}
    assert boot(built)["scenes"] == {"main": "scenes/main.json"}
    text = notes(built)
    assert "assets/old/: left out" in text
    assert "a.png, b.png; 0.0 MB" in text
    assert "include in game.json" in text
    assert "scenes/: left out" in text
    assert "scripts/: left out" in text


def test_debug_ships_everything_and_says_what_release_would_not() -> None:
    """Work in progress names files that nothing uses yet."""
    files = game(level(), "assets/a.png", **{"scenes/two.json": level()})
    built = export(files, "debug")
    assert set(boot(built)["files"]) == {"scenes/main.json", "scenes/two.json", "assets/a.png"}
    assert "nothing uses it; release leaves it out" in notes(built)


def test_the_project_decides_what_stays() -> None:
    """Globs under ``include``; one that names nothing is a mistake that is told."""
    files = game(level(), "assets/a.png", "assets/deep/b.png", "data/words.txt", "notes/x.txt")
    files |= project(game={"include": ["assets/**/*.png", "data", "music/*.ogg"]})
    files["scenes/main.json"] = level()
    built = export(files)
    assert set(boot(built)["files"]) == {
        *("scenes/main.json", "assets/a.png", "assets/deep/b.png", "data/words.txt"),
    }
    assert "'music/*.ogg' names no file" in notes(built)
    assert "not part of the game, left out: notes/x.txt" in notes(built)


@pytest.mark.parametrize(
    "scene",
    [
        level(prefabs=[PREFAB], assets=assets(m="assets/m.glb")),
        level(entity("e", component("Script", scriptId="a.ts", properties={"deep": [{"x": "m"}]})),
              assets=assets(m="assets/m.glb")),
        level(entity("e", component("Unheard", of=["assets/m.glb"]))),
        level(entity("e", component("MeshRenderer", meshId="m.glb#lid"))),
        level(entity("e", prefabId="p", overrides={"r": {"components": {"X": {"y": "m.glb"}}}}),
              prefabs=[{"id": "p", "entities": [entity("r")]}]),
        level(assets=[{"id": "crate", "type": "prefab", "path": "assets/crate.json"}]),
        as_json({"objects": [{"type": "mesh", "modelPath": "m.glb"}]}),
    ],
    ids=["prefab", "property", "unknown component", "node", "override", "prefab file", "runtime"],
)  # fmt: skip
def test_every_way_to_use_a_file_keeps_it(scene: bytes) -> None:
    """By id, by path, with or without ``assets/``."""
    crate = {"id": "c", "entities": [entity("r", component("MeshRenderer", meshId="m.glb"))]}
    files = game(scene, "assets/m.glb", "assets/other.png")
    files |= {"assets/crate.json": as_json(crate), "scripts/a.ts": b"export default class {}"}
    kept = shipped(files)
    assert "assets/m.glb" in kept
    assert "assets/other.png" not in kept


def test_materials_models_and_controllers_lead_on() -> None:
    """A material's textures, a model's parts, a controller's other model."""
    thing = entity(
        "e",
        component("MeshRenderer", meshId="assets/a.gltf", materialIds=["gold"]),
        component("Animator", controllerPath="assets/walk.json"),
    )
    files = game(
        level(thing, assets=assets(gold="assets/gold.json", shine="assets/shine.png")),
        *("assets/shine.png", "assets/skin.png", "assets/a.bin", "assets/b.glb", "assets/c.png"),
        **{
            "assets/gold.json": as_json({"properties": {"albedoMap": "shine"}}),
            "assets/a.gltf": as_json(
                {
                    "asset": {"version": "2.0"},
                    "buffers": [{"uri": "a.bin", "byteLength": 1}],
                    "images": [{"uri": "skin.png"}, {"uri": "data:image/png;base64,"}],
                }
            ),
            "assets/walk.json": as_json({"states": [{"name": "w", "clip": "assets/b.glb#walk"}]}),
        },
    )
    assert shipped(files) == {f for f in files if f.startswith("assets/")} - {"assets/c.png"}


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        ("audio.play('boom')", {"assets/boom.wav"}),
        ('audio.play("boom.wav")', {"assets/boom.wav"}),
        ("loadAsset(`assets/boom.wav`)", {"assets/boom.wav"}),
        ("loadAsset(`tiles/${n}.png`)", {"assets/tiles/1.png", "assets/tiles/2.png"}),
        ("loadAsset('tiles/' + n)", {"assets/tiles/1.png", "assets/tiles/2.png"}),
        ("/* don't */ audio.play('boom')", {"assets/boom.wav"}),
        ("const r = /['\"]/; audio.play('boom')", {"assets/boom.wav"}),
        ("scene.load('two')", {"scenes/two.json", "assets/only-two.png"}),
        ("scene.load('scenes/two.json')", {"scenes/two.json", "assets/only-two.png"}),
        ("import { n } from './lib/names'", {"assets/boom.wav"}),
        ("import { n } from './lib/names.js'", {"assets/boom.wav"}),
        ("`${n}`; '/'; './'; '*'", set()),
        ("nothing(boom)", set()),
    ],
)
def test_scripts_keep_what_they_name(script: str, kept: set[str]) -> None:
    """As a string, a template, the beginning of a name, or in a module that they import."""
    sky = {"skybox": {"type": "hdri", "texture": "only-two.png"}}
    files = game(
        level(
            entity("e", component("Script", scriptId="scripts/a.ts")),
            assets=assets(boom="assets/boom.wav"),
        ),
        *("assets/boom.wav", "assets/tiles/1.png", "assets/tiles/2.png", "assets/only-two.png"),
        **{
            "scenes/two.json": level(settings=sky),
            "scripts/a.ts": f"{script}\nexport default class {{}}".encode(),
            "scripts/lib/names.ts": b"export const n = 'boom.wav'",
        },
    )
    assert shipped(files, compression="none") == kept


def test_a_scene_that_is_reached_later_brings_its_own_names() -> None:
    """A string seen before the scene was known counts for its assets too."""
    files = game(
        WITH_SCRIPT,
        "assets/far.wav",
        **{
            "scripts/a.ts": b"export default class { x = ['chime', 'two'] }",
            "scenes/two.json": level(assets=assets(chime="assets/far.wav")),
        },
    )
    assert shipped(files) == {"scenes/two.json", "assets/far.wav"}


def test_scenes_in_folders_and_in_binary_are_found() -> None:
    """By their path below ``scenes/``; of two with one name the first is taken."""
    files = project(
        game={"startScene": "scenes/world/one.aelv"},
        **{"scenes/world/one.aelv": b"AELV", "scenes/world/two.json": level()},
    )
    from tests.engine import aelv  # noqa: PLC0415

    files["scenes/world/one.aelv"] = aelv(level())
    files["scenes/world/one.json"] = level()
    built = export(files, "debug")
    assert boot(built)["scenes"] == {
        "main": "scenes/main.json",
        "world/one": "scenes/world/one.aelv",
        "world/two": "scenes/world/two.json",
    }
    assert boot(built)["game"]["startScene"] == "world/one"
    assert "scenes/world/one.json: is left out" in notes(built)


def test_a_script_full_of_patterns_ends() -> None:
    """However many names a hostile script may mean."""
    noise = " ".join(f"`*a*a*a{n}${{x}}b*`" for n in range(10_000))
    many = {f"assets/{'a' * 60}{n}.png": b"" for n in range(2_000)}
    files = game(WITH_SCRIPT, **{"scripts/a.ts": f"{noise}; export default 1".encode(), **many})
    assert shipped(files) == set()
