"""Scenes, models, pages and scripts that are odd, endless or deep: faults of theirs, never ours."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.project import json_documents
from services.packager.web import html5
from services.packager.web.aethel import (
    assembly,
    game_settings,
    materials,
    models,
    reachability,
    reference_check,
)
from services.packager.web.aethel.reading.level_reader import LevelReader
from services.packager.web.aethel.reading.runtime_reader import RuntimeReader
from shared.errors import ProjectError
from tests.engine import aelv, as_json, assets, component, entity, glb, level, project
from tests.hostile.media_files import game, mutated, mutated_json, plan, planned

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

DOCUMENTS = {
    "assets/steps.json": {
        "states": [{"name": "idle", "clip": "Idle", "loop": True, "speed": 1}],
        "transitions": [{"from": "*", "to": "idle", "when": "finished", "fade": 0.2}],
        "start": "idle",
        "parameters": {"speed": 0},
    },
    "game.json": {
        "name": "Toy", "version": "1.2.0", "startScene": "main", "icon": "assets/color.png",
        "resolution": {"width": 800, "height": 600}, "include": ["assets/**"],
        "input": {"jump": ["Space"]},
    },
    "scenes/main.json": json.loads(game()["scenes/main.json"]),
    "scenes/old.json": {
        "objects": [
            {"id": 1, "type": "mesh", "modelPath": "thing.glb", "physics": {"shape": "box"}}
        ],
        "lights": [{"lightType": "point", "color": "#fff", "position": {"x": 1, "y": 2, "z": 3}}],
        "environment": {"fog": {"type": "linear", "near": 1}},
    },
    "assets/gold.json": {"map": "color", "properties": {"normalMap": "color"}},
    "assets/door.prefab.json": {
        "id": "door", "rootEntityId": "leaf",
        "entities": [
            entity("leaf", component("Collider", shape="box")), entity("knob", parentId="leaf")
        ],
    },
    "assets/m.gltf": {
        "asset": {"version": "2.0"}, "images": [{"uri": "color.png"}], "extensionsUsed": ["KHR_x"],
        "buffers": [{"byteLength": 4, "uri": "b.bin"}], "textures": [{"source": 0}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
    },
}  # fmt: skip


def everything() -> dict[str, bytes]:
    """A project with one of each kind of document."""
    named = {
        "gold": "assets/gold.json",
        "door": "assets/door.prefab.json",
        "thing": "assets/m.gltf",
    }
    scene = level(
        entity("a", component("MeshRenderer", meshId="thing", materialIds=["gold"]), tags=["x"]),
        entity("b", component("Animator", controllerPath="assets/steps.json"), parentId="a"),
        entity("c", component("AudioSource", clipId="boom.wav"), prefabId="p"),
        assets=assets(**named, color="assets/color.png"),
        prefabs=[{"id": "p", "entities": [entity("q")]}],
        settings={"skybox": {"type": "hdri", "texture": "color"}, "fog": {"enabled": True}},
    )
    files = {path: as_json(document) for path, document in DOCUMENTS.items()}
    return game(**files) | {"scenes/main.json": scene, "assets/b.bin": bytes(4)}


def test_any_document_gives_a_plan_or_an_error_that_names_it(
    rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Fields of other types, other numbers, missing ones; then bytes that are no JSON any more."""
    valid = everything()
    planned(valid, configuration="debug")
    for _ in rounds(30):
        path = rng.choice(sorted(DOCUMENTS))
        changed = as_json(mutated_json(json.loads(valid[path]), rng))
        data = mutated(changed, rng) if not rng.randrange(4) else changed
        plan(
            valid | {path: data},
            configuration=rng.choice(("debug", "release")),
            platform=rng.choice(("web", "web", "windows", "linux", "android", "ios")),
        )


@pytest.mark.parametrize("path", [*DOCUMENTS, "scenes/binary.aelv"])
def test_documents_nested_too_deep_are_told(path: str, rng: random.Random) -> None:
    """Deeper than a stack can follow, and also where it just could."""
    for depth in (rng.randint(130, 980), 3_000, 100_000):
        opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
        deep = b'{"entities": [], "extras": ' + opening * depth + b"0" + closing * depth + b"}"
        made = plan(everything() | {path: aelv(deep) if path.endswith("aelv") else deep})
        assert isinstance(made, ProjectError)
        assert f"{path}: is nested deeper" in str(made)


def test_documents_of_endless_values_are_told_before_they_are_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A byte of JSON can stand for fifty of memory."""
    monkeypatch.setattr(json_documents, "MAX_VALUES", 10_000)
    for piece in (b"[],", b"{},", b"0,"):
        bomb = b'{"entities": [' + piece * 10_000 + b"0]}"
        made = plan(everything() | {"scenes/main.json": bomb})
        assert isinstance(made, ProjectError)
        assert "scenes/main.json: holds more than 10,000 values" in str(made)


@pytest.mark.parametrize(
    ("place", "name", "file"),
    [
        (LevelReader, "level", "scenes/main.json"),
        (RuntimeReader, "runtime", "scenes/old.json"),
        (LevelReader, "prefab", "assets/door.prefab.json"),
        (reference_check, "_check_uses", "scenes/main.json"),
        (materials, "material_of", "assets/gold.json"),
        (models, "_model", "assets/m.gltf"),
        (game_settings, "_typed", "game.json"),
        (reachability._Walk, "finish", "game.json"),
    ],
)
def test_whatever_a_walk_raises_is_its_files_fault(
    monkeypatch: pytest.MonkeyPatch, rng: random.Random, place: Any, name: str, file: str
) -> None:
    """Odd data makes any of these; too little memory is told apart."""
    kinds = (RecursionError, OverflowError, struct.error, KeyError, TypeError, AttributeError)
    error = rng.choice((*kinds, ValueError, IndexError, ZeroDivisionError, MemoryError))
    monkeypatch.setattr(place, name, _raising(error))
    made = plan(everything())
    assert isinstance(made, ProjectError)
    assert file in str(made)
    assert made.code == ("project-too-heavy" if error is MemoryError else "project-invalid")


def test_a_page_that_cannot_be_read_goes_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is put into it."""
    monkeypatch.setattr(html5, "read_page", _raising(RecursionError))
    made = planned({"index.html": b"<title>T</title>T"})
    page = next(content for content in made.contents if content.path == "index.html")
    assert page.stored
    assert any("as it is" in str(note) for note in made.notes)


def test_a_fault_of_our_own_is_still_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no border surrounds is not blamed on a file."""
    monkeypatch.setattr(assembly, "_boot", _raising(TypeError))
    with pytest.raises(TypeError):
        plan(everything())


def test_chains_have_no_end_that_matters() -> None:
    """1,500 scripts, 600 models and 1,500 scenes, each named by the one before."""
    scripts = {
        f"scripts/s{n}.ts": f'import "./s{n + 1}"; export const n = {n};'.encode()
        for n in range(1_500)
    } | {"scripts/s1500.ts": b"export default 1"}
    meshes = {
        f"assets/m{n}.gltf": as_json(
            {"asset": {"version": "2.0"}, "images": [{"uri": f"m{n + 1}.gltf"}]}
        )
        for n in range(600)
    } | {"assets/m600.gltf": glb()}
    levels = {
        f"scenes/c{n}.json": level(
            entity("next", component("Script", scriptId="s0", properties={"to": f"c{n + 1}"}))
        )
        for n in range(1_500)
    } | {"scenes/c1500.json": level()}
    start = level(
        entity("a", component("Script", scriptId="s0", properties={"to": "c0"})),
        entity("b", component("MeshRenderer", meshId="m0.gltf")),
    )
    made = planned(project(**scripts, **meshes, **levels) | {"scenes/main.json": start})
    shipped = {content.path for content in made.contents}
    assert {"assets/m600.gltf", "scenes/c1500.json"} <= shipped


def test_circles_and_towers_of_entities_are_told() -> None:
    """Each parent in the next: a message that everybody can read, whatever their number."""
    ring = [entity(f"e{n}", parentId=f"e{(n + 1) % 5_000}") for n in range(5_000)]
    made = plan(project(**{"scenes/main.json": level(*ring)}))
    assert isinstance(made, ProjectError)
    assert len(str(made)) < 10_000


def test_what_is_wrong_thousands_of_times_is_told_within_bounds() -> None:
    """The error goes through queues and logs."""
    wrong: list[Any] = [{"id": "x" * 5_000, str(n) * 900: 1, "layer": "no"} for n in range(2_000)]
    made = plan(project(**{"scenes/main.json": level(*wrong)}))
    assert isinstance(made, ProjectError)
    assert len(str(made)) < 200_000


def test_any_page_gives_a_plan_or_an_error_that_names_it(
    rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """It goes as it is, unless its modules have to be built, which may fail."""
    page = (
        b"<!doctype html><html><head><title>T</title><base href='a/'><link rel=icon href=i.png>"
        b'<script type=importmap>{"imports": {"x": "./x.js"}}</script>'
        b'<style>@import "a.css";</style>'
        b"</head><body><img srcset='a.png 1x, b.png 2x'><script type=module src=main.js></script>"
    )
    script = b"import './x.js'; new URL('d.bin', import.meta.url); fetch(`x`); fetch('y.json')"
    for _ in rounds(25):
        made = plan(
            {
                "index.html": mutated(page, rng),
                "main.js": mutated(script, rng),
                "a.css": mutated(b"a { b: url(c.png) } @import 'd.css';", rng),
                "game.json": mutated(b'{"name": "n", "version": "1.0.0"}', rng),
            },
            platform=rng.choice(("web", "linux")),
        )
        if not isinstance(made, ProjectError):
            assert "index.html" in {content.path for content in made.contents}


def test_an_import_map_nested_too_deep_is_none() -> None:
    """JSON stands in pages, too."""
    deep = b"[" * 100_000
    page = b"<script type=importmap>" + deep + b"</script>T"
    made = planned({"index.html": page})
    assert "index.html" in {content.path for content in made.contents}


def test_any_script_gives_a_plan_or_an_error_that_names_it(
    rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """As the compiler sees it, or before."""
    script = b"import data from './d.json';\nexport default class A { n = `tiles/${1}.png`; }\n"
    scene = level(entity("a", component("Script", scriptId="scripts/main.ts")))
    for _ in rounds(4):
        plan(
            project(
                **{
                    "scenes/main.json": scene,
                    "scripts/main.ts": mutated(script, rng),
                    "scripts/d.json": mutated(b'{"a": [1, 2, {"b": null}]}', rng),
                }
            )
        )


def _raising(error: type[Exception]) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail
