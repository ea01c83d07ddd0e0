"""Navigation meshes that are baked at export: for whom, how often, and what the maker is told."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager.build.cache_key import build_key
from services.packager.processes.subprocess_runner import Finished
from services.packager.web.aethel.navigation import baker, baking
from tests.engine import component, entity, level, project
from tests.projects import build, build_context, request

if TYPE_CHECKING:
    from typing import BinaryIO

    from services.packager.build.context import BuildContext
    from services.packager.storage.derived_files import DerivedFileRecord
    from tests.projects import Built

GROUND = entity("ground", component("Collider", size=[20, 1, 20]))


def _agent(name: str = "agent", **data: Any) -> dict[str, Any]:
    return entity(name, component("NavMeshAgent", **data))


def _export(files: dict[str, bytes], context: BuildContext | None = None) -> Built:
    return build(files, request("web", "release"), context=context)


def _table(built: Built, scene: str = "scenes/main.json") -> dict[str, Any]:
    table: dict[str, Any] = json.loads(built.files["aethel.json"])["navigation"][scene]
    return table


def _told(built: Built) -> list[str]:
    return [str(note) for note in built.plan.notes if "navigation mesh" in note.message]


def test_each_size_of_agents_has_a_mesh_and_the_same_bytes_every_time() -> None:
    """Those of prefabs, too; the files are named by what is in them."""
    prefab = {"id": "p", "name": "p", "entities": [_agent("p", radius=0.25)], "rootEntityId": "p"}
    agents = (_agent(), _agent("same"), _agent("tall", height=3))
    files = project(**{"scenes/main.json": level(GROUND, *agents, prefabs=[prefab])})
    first, second = _export(files), _export(files)
    table = _table(first)
    sizes = [(mesh["radius"], mesh["height"]) for mesh in table["meshes"]]
    assert sizes == [(0.25, 2), (0.5, 2), (0.5, 3)]
    assert table["changes"] is False
    meshes = {mesh["file"]: first.files[mesh["file"]] for mesh in table["meshes"]}
    assert all(data.startswith(b"AENM") for data in meshes.values())
    assert first.data == second.data
    assert all(f'href="{file}"'.encode() in first.files["index.html"] for file in meshes)
    assert b"recast" not in first.files["index.html"]  # shipped, for ground that scripts change
    assert any("recast" in path for path in first.files)
    (told,) = _told(first)
    assert "scenes/main.json: its navigation mesh is baked: 12 triangles of ground" in told


def test_an_agent_without_ground_needs_no_file() -> None:
    """Triggers, bodies, and what is not active are no ground."""
    trigger = entity("trigger", component("Collider", isTrigger=True, size=[9, 1, 9]))
    body = entity("body", component("Collider", size=[9, 1, 9]), component("RigidBody"))
    inactive = entity("inactive", component("Collider", size=[9, 1, 9])) | {"active": False}
    scene = level(_agent(), trigger, body, inactive)
    built = _export(project(**{"scenes/main.json": scene}))
    assert _table(built)["meshes"] == [{"radius": 0.5, "height": 2.0, "file": None}]
    assert _told(built) == []


def test_of_many_sizes_some_are_left_to_the_player() -> None:
    """It is ready for that when the scene begins."""
    agents = [_agent(f"agent-{number}", radius=0.3 + number / 10) for number in range(10)]
    built = _export(project(**{"scenes/main.json": level(GROUND, *agents)}))
    assert len(_table(built)["meshes"]) == baker.MAX_SIZES
    assert _table(built)["changes"] is True
    assert any("for 2 of them the player bakes a navigation mesh" in text for text in _told(built))


def test_what_was_baked_is_found_again_until_the_scene_is_another_one() -> None:
    """A second export of the same scene starts no program."""
    kept: dict[str, DerivedFileRecord] = {}

    class Counted:
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def recall(self, key: str) -> Any:
            return self._inner.recall(key)

        def remember(self, key: str, record: DerivedFileRecord, file: BinaryIO | None) -> None:
            kept[key] = record
            self._inner.remember(key, record, file)

    moved = GROUND | {"transform": {"position": {"x": 1, "y": 0, "z": 0}}}
    with build_context() as given:
        context = msgspec.structs.replace(given, derived=Counted(given.derived))
        made = []
        for number, ground in enumerate((GROUND, GROUND, moved)):
            scratch = given.scratch / str(number)
            scratch.mkdir()
            built = _export(
                project(**{"scenes/main.json": level(ground, _agent())}),
                msgspec.structs.replace(context, scratch=scratch),
            )
            made.append((len(kept), _table(built)["ground"]))
    (first, ground), (second, same), (third, other) = made
    assert (first, second, third) == (1, 1, 2)
    assert ground == same != other


@pytest.mark.parametrize(
    ("script", "spawned", "changes"),
    [
        ("entity.addComponent('Collider', {})", False, True),
        ("scene.spawn('p')", True, True),
        ("scene.spawn('p')", False, False),
        ("find('agent').agent.stop()", True, False),
    ],
)
def test_where_scripts_build_ground_the_player_is_ready_to_bake(
    script: str, *, spawned: bool, changes: bool
) -> None:
    """By what the scripts name, and by what prefabs hold."""
    inside = entity("p", component("Collider" if spawned else "Light"))
    prefab = {"id": "p", "name": "p", "entities": [inside], "rootEntityId": "p"}
    scripted = entity("scripted", component("Script", scriptId="scripts/a.js"))
    scene = level(GROUND, _agent(), scripted, prefabs=[prefab])
    text = f"export default class {{ start() {{ {script} }} }}".encode()
    built = _export(project(**{"scenes/main.json": scene}) | {"scripts/a.js": text})
    assert _table(built)["changes"] is changes
    assert (b"recast" in built.files["index.html"]) is changes


def test_a_packager_without_node_leaves_it_to_the_player(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is told, and its artifact is not taken for one with meshes."""
    files = project(**{"scenes/main.json": level(GROUND, _agent())})
    asked, snapshot = request("web", "release"), "5" * 64
    whole = build_key(_export(files).plan, snapshot=snapshot, request=asked)
    monkeypatch.setattr(baker, "find_node", lambda: None)
    built = _export(files)
    assert build_key(built.plan, snapshot=snapshot, request=asked) != whole
    assert "navigation" not in json.loads(built.files["aethel.json"])
    assert b"recast" in built.files["index.html"]
    (told,) = _told(built)
    assert "baked by the player, with the scene's first frame: there is no node" in told


def test_ground_that_is_too_large_for_small_cells_is_told() -> None:
    """10 km of terrain."""
    shape = {"type": "terrain", "width": 10_000, "depth": 10_000, "columns": 3, "rows": 3}
    terrain = entity(
        "terrain",
        component("MeshRenderer", geometry=shape | {"heights": [0] * 9}),
        component("Collider", shape="heightfield"),
    )
    built = _export(project(**{"scenes/main.json": level(terrain, _agent())}))
    told = [text for text in _told(built) if "cells of 9.77 m in place of 0.25 m" in text]
    assert len(told) == 1


def test_more_triangles_than_anybody_walks_on_are_left_to_the_player(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A few spheres, and less than the millions that are allowed."""
    monkeypatch.setattr(baking, "MAX_TRIANGLES", 10_000)
    ball = {"type": "sphere", "widthSegments": 64, "heightSegments": 64}
    balls = [
        entity(
            f"ball-{number}",
            component("MeshRenderer", geometry=ball),
            component("Collider", shape="mesh"),
        )
        for number in range(3)
    ]
    built = _export(project(**{"scenes/main.json": level(*balls, _agent())}))
    (told,) = _told(built)
    assert told.endswith("first frame: the ground has more than 10000 triangles")
    assert "navigation" not in json.loads(built.files["aethel.json"])


def test_a_model_that_cannot_be_read_is_told_once_and_left_to_the_player() -> None:
    """What its ground is nobody knows here."""
    floor = entity(
        "floor",
        component("MeshRenderer", meshId="assets/floor.gltf"),
        component("Collider", shape="mesh"),
    )
    document = (
        b'{"asset":{"version":"2.0"},"meshes":7,"nodes":[{"mesh":0}],"scenes":[{"nodes":[0]}]}'
    )
    files = project(**{"scenes/main.json": level(floor, _agent())})
    built = _export(files | {"assets/floor.gltf": document})
    (told,) = _told(built)
    assert "first frame: The model “assets/floor.gltf” cannot be read" in told


def test_a_baker_that_was_killed_is_asked_again_by_the_next_export(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Perhaps there was too little memory: the export does not stand for those that follow."""
    files = project(**{"scenes/main.json": level(GROUND, _agent())})
    assert _export(files).plan.reusable
    killed = Finished(-signal.SIGKILL, "")
    monkeypatch.setattr(baker, "run_inside", lambda *_, **__: killed)
    built = _export(files)
    assert "broke off (status -9)" in _told(built)[0]
    assert not built.plan.reusable
