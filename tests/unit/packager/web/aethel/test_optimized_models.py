"""Which models of a game are packed, what that changes in the artifact, and that it is told."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager.optimizing import models
from tests.engine import as_json, assets, boot, component, entity, level, notes, project
from tests.gltf import document_of, hills
from tests.projects import build, build_context, request

if TYPE_CHECKING:
    from tests.projects import Built

DECODER = "player/meshopt-"
SIDE = 60  # of a surface that saves more than the decoder weighs


def game(script: str = "export default 1", **files: bytes) -> dict[str, bytes]:
    """One model in one file, one in two, and one that a prefab shows."""
    text, buffer = hills(SIDE).parted("hills.bin")
    named = {"one": "assets/one.glb", "hills": "assets/land/hills.gltf"}
    stone = entity("stone", component("MeshRenderer", meshId="assets/stone.glb"))
    scene = level(
        entity("one", component("MeshRenderer", meshId="one")),
        entity("land", component("MeshRenderer", meshId="hills#hills")),
        entity("rules", component("Script", scriptId="scripts/main.ts")),
        assets=[*assets(**named), {"id": "stone", "type": "prefab", "path": "assets/stone.json"}],
    )
    return project(
        **{
            "scenes/main.json": scene,
            "scripts/main.ts": f"{script}; scene.spawn('stone')".encode(),
            "assets/one.glb": hills(SIDE).glb(),
            "assets/stone.glb": hills(SIDE).glb(),
            "assets/stone.json": as_json({"id": "stone", "entities": [stone]}),
            "assets/land/hills.gltf": text,
            "assets/land/hills.bin": buffer,
            **files,
        }
    )


def shipped(built: Built) -> set[str]:
    """The files of models, as they are named in the artifact."""
    return {path for path in built.files if path.endswith((".glb", ".gltf", ".bin"))}


def decoders(built: Built) -> list[str]:
    """What the player unpacks meshes with."""
    return [path for path in built.files if path.startswith(DECODER) and path.endswith(".js")]


@pytest.mark.parametrize("level", ["lossless", "balanced"])
def test_models_are_shipped_packed_each_in_one_file(level: str) -> None:
    """A buffer beside a model lies inside it, and the player is told where to look."""
    built = build(game(), request(optimize=level))
    names = {"assets/one.glb", "assets/stone.glb", "assets/land/hills.gltf.glb"}
    assert shipped(built) == names
    files = boot(built)["files"]
    assert files["assets/land/hills.gltf"] == {
        "size": len(built.files["assets/land/hills.gltf.glb"]),
        "url": "assets/land/hills.gltf.glb",
    }
    assert "assets/land/hills.bin" not in files
    for name in names:
        document = document_of(built.files[name])
        assert document["extensionsRequired"] == ["KHR_meshopt_compression"]


def test_only_games_that_need_it_get_the_decoder() -> None:
    """Not for what is shipped as it is."""
    assert decoders(build(game(), request(optimize="lossless")))
    assert not decoders(build(game(), request()))
    assert not decoders(build(game(), request("web", "debug", optimize="lossless")))


def test_models_that_save_less_than_the_decoder_weighs_stay_as_they_are() -> None:
    """And the maker reads why."""
    text, buffer = hills(8).parted("hills.bin")
    small = {"assets/one.glb": hills(8).glb(), "assets/stone.glb": hills(8).glb()}
    small |= {"assets/land/hills.gltf": text, "assets/land/hills.bin": buffer}
    built = build(game() | small, request(optimize="balanced"))
    assert shipped(built) == small.keys()
    assert not decoders(built)
    assert "models stay as they are: what unpacks them is larger" in notes(built)


def test_a_model_that_a_script_names_by_its_path_stays_as_it_is() -> None:
    """So does the buffer of one, for a script that reads it."""
    built = build(game("loadAsset('one.glb')"), request(optimize="lossless"))
    assert built.files["assets/one.glb"] == hills(SIDE).glb()
    built = build(game("loadAsset('land/hills.bin')"), request(optimize="lossless"))
    assert {"assets/land/hills.gltf.glb", "assets/land/hills.bin"} < shipped(built)


def test_a_buffer_that_another_model_needs_is_shipped_too() -> None:
    """One that cannot be packed, or that a script names."""
    text, _ = hills(SIDE).parted("hills.bin")
    twin = {"assets/land/twin.gltf": text}
    files = game("loadAsset('land/twin.gltf')") | twin
    assert "assets/land/hills.bin" in shipped(build(files, request(optimize="lossless")))


def test_the_gain_of_a_model_is_told_with_its_buffers() -> None:
    """Before, after, and how much less."""
    text, buffer = hills(SIDE).parted("hills.bin")
    built = build(game(), request(optimize="balanced"))
    after = len(built.files["assets/land/hills.gltf.glb"])
    before = len(text) + len(buffer)
    reported = rf"assets/land/hills\.gltf: {before:,} → {after:,} bytes as glb, \d+ % less"
    assert re.search(reported, notes(built))


def test_a_model_is_packed_once(monkeypatch: Any) -> None:
    """And again when its buffer is another one."""
    files, asked = game(), request(optimize="balanced")
    with build_context() as context:
        first = build(files, asked, context=context)
        packed: list[int] = []

        def never(data: bytes, *_: Any, **__: Any) -> None:
            packed.append(len(data))

        monkeypatch.setattr(models, "smaller", never)
        with TemporaryDirectory() as scratch:
            later = msgspec.structs.replace(context, scratch=Path(scratch))
            assert build(files, asked, context=later).data == first.data
        assert packed == []
        buffer = files["assets/land/hills.bin"]
        files["assets/land/hills.bin"] = buffer[:-2] + b"\0\0"
        with TemporaryDirectory() as scratch:
            later = msgspec.structs.replace(context, scratch=Path(scratch))
            build(files, asked, context=later)
        assert packed == [len(files["assets/land/hills.gltf"])]
