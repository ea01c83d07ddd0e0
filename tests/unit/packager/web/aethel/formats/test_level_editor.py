"""Levels of the LevelEditor look as in its viewport and move as in its play mode."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

import pytest

from tests.unit.packager.web.aethel.formats.reading import Reading, as_json, editor_project

GREY = {"color": "#888888", "metalness": 0, "roughness": 1}


@pytest.fixture(scope="module")
def reading() -> Reading:
    """The editor's default objects, and some more."""
    return Reading(editor_project("level-editor"))


def one(item: dict[str, Any], **level: Any) -> Reading:
    """A level with a cube and one more object."""
    cube = {"id": "c", "type": "mesh", "components": [{"type": "StaticMesh", "properties": {}}]}
    document = {"name": "L", "objects": [cube, {"id": "x", "name": "x", **item}], **level}
    return Reading({"levels/main.level.json": as_json(document)})


def test_a_level_alone_is_a_game(reading: Reading) -> None:
    """Without game.json; its name is the title, and nothing of it is worth a warning."""
    assert (reading.loaded.start, reading.loaded.title) == ("main", "Main Level")
    assert reading.errors == reading.warnings == []


def test_the_camera_meets_the_origin(reading: Reading) -> None:
    """With the horizon level: Euler angles of cameras are YXZ."""
    level = reading.level
    down, turn = radians(35), radians(45)
    ahead = (-cos(down) * sin(turn), -sin(down), -cos(down) * cos(turn))
    assert level.forward("MainCamera") == pytest.approx(ahead, abs=1e-6)
    assert (5 + 75**0.5 * ahead[0], 5 + 75**0.5 * ahead[1]) == pytest.approx((0, 0), abs=0.06)
    assert level.point("MainCamera", (1, 0, 0))[1] == pytest.approx(5)
    camera = level.component("MainCamera", "Camera")
    assert (camera["fov"], camera["isMain"]) == (60, True)


def test_meshes_have_the_viewport_s_shapes_and_its_grey(reading: Reading) -> None:
    """Whatever their material is called; the plane is 1 × 1."""
    level = reading.level
    shapes = {
        name: level.component(name, "MeshRenderer")["geometry"]["type"]
        for name in level.entities
        if "MeshRenderer" in level.kinds(name)
    }
    assert shapes == {
        "Floor": "box",
        "Cube_01": "box",
        "Cube_01_Copy": "box",
        "Sphere_01": "sphere",
        "Sphere_01_Copy": "sphere",
        "Cylinder_01": "cylinder",
        "Cone_01": "cone",
        "Torus_01": "torus",
        "Plane_01": "plane",
    }
    assert all(level.material(name) == GREY for name in shapes)
    plane = level.component("Plane_01", "MeshRenderer")["geometry"]
    assert (plane["width"], plane["height"]) == (1, 1)
    assert [n for n in shapes if not level.entities[n]["active"]] == ["Torus_01"]


def test_what_is_null_is_zero(reading: Reading) -> None:
    """An emptied input."""
    assert reading.level.position("Cylinder_01") == (-3, 1, 0)


def test_lights_shine_as_in_the_viewport(reading: Reading) -> None:
    """Directional and spot lights at the origin; an intensity of 0 counts as absent."""
    level = reading.level
    sun = level.component("DirectionalLight", "Light")
    assert (sun["type"], sun["target"], sun["castShadows"]) == ("directional", [0, 0, 0], True)
    assert (sun["shadowMapSize"], sun["shadowExtent"]) == (2048, 5)
    point = level.component("PointLight", "Light")
    assert (point["color"], point["range"], point["castShadows"]) == ("#ff9900", 10, False)
    spot = level.component("SpotLight", "Light")
    assert (spot["color"], spot["intensity"], spot["angle"]) == ("#0066ff", 1, 0.3)
    assert (spot["range"], spot["penumbra"], spot["target"]) == (12, 0, [0, 0, 0])


def test_what_falls_and_what_stays(reading: Reading) -> None:
    """All meshes fall but those that are locked, and the one with the id "floor"."""
    level = reading.level
    falling = {name for name in level.entities if "FallingBody" in level.kinds(name)}
    assert falling == {
        *("Cube_01", "Cube_01_Copy", "Sphere_01", "Sphere_01_Copy"),
        *("Cylinder_01", "Torus_01", "Plane_01"),
    }


def test_the_surroundings_are_the_editor_s(reading: Reading) -> None:
    """A procedural sky, white ambient light, no fog."""
    settings = reading.level.settings
    assert settings["skybox"]["type"] == "procedural"
    assert settings["skybox"]["sunPosition"] == [100, 20, 100]
    assert settings["lighting"] == {"ambientColor": "#ffffff", "ambientIntensity": 0.3}
    assert settings["fog"]["enabled"] is False


def test_positions_are_the_world_s() -> None:
    """Whatever parent an object names."""
    reading = one({"type": "empty", "parentId": "c", "position": [1, 2, 3]})
    assert reading.level.entities["x"]["parentId"] is None
    assert reading.level.world("x") == (1, 2, 3)


def test_without_a_camera_the_viewport_s_own_is_taken() -> None:
    """At (10, 8, 10), looking at the origin."""
    level = one({"type": "empty"}).level
    assert level.world("Viewport") == (10, 8, 10)
    assert level.component("Viewport", "Camera")["target"] == [0, 0, 0]


def test_a_level_below_scenes_is_no_runtime_scene() -> None:
    """It was shown as black cubes once."""
    files = {"scenes/main.json": editor_project("level-editor")["levels/main.level.json"]}
    reading = Reading({"game.json": b'{"name": "Moved"}', **files})
    assert reading.errors == []
    assert "DirectionalLight" in reading.level.entities


def test_what_is_not_understood_is_told_once() -> None:
    """With file and path; of many objects one line."""
    strange = {"type": "mesh", "components": [{"type": "StaticMesh", "properties": {"lod": 1}}]}
    told = one({**strange, "mood": "sad"}, weather={"rain": 1}).warnings
    unknown = "is a field that nobody knows: it has no effect"
    assert told == [
        f"levels/main.level.json: $.{path}: {unknown}"
        for path in ("objects[*].components[*].properties.lod", "objects[*].mood", "weather")
    ]


@pytest.mark.parametrize(
    ("item", "place"),
    [
        ({"type": "mesh", "position": "here"}, "$.objects[1].position"),
        ({"type": "mesh", "position": [1, 2]}, "$.objects[1].position"),
        ({"type": "mesh", "position": [1, 2, "3"]}, "$.objects[1].position"),
        ({"type": "mesh", "position": [1, 2, 1e300]}, "$.objects[1].position"),
        ({"type": "mesh", "visible": "yes"}, "$.objects[1].visible"),
        ({"type": "mesh", "components": {}}, "$.objects[1].components"),
        ({"type": "mesh", "components": [5]}, "$.objects[1].components[0]"),
        ({"id": "c", "type": "mesh"}, "$.objects[1]"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_in_the_original(
    item: dict[str, Any], place: str
) -> None:
    """Not by that in the level that was made of it."""
    errors = one(item).errors
    assert any(error.startswith(f"levels/main.level.json {place}: ") for error in errors)
