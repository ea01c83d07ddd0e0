"""SceneSerializer, SceneEditor and terrain become levels, with the numbers of their editors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.packager.web.aethel.formats.reading import Reading, as_json, editor_project

NAMED = b'{"name": "Toy", "startScene": "main"}'


def test_linear_colours_become_srgb() -> None:
    """The pictures of the SceneSerializer's scene, unlit and without tone mapping."""
    reading = Reading(editor_project("c-scene-serializer"))
    assert reading.errors == reading.warnings == []
    level = reading.level
    seen = {name: level.material(name)["color"] for name in ("Grey", "Green", "Slab", "Wedge")}
    assert seen == {"Grey": "#bcbcbc", "Green": "#00a059", "Slab": "#ff0000", "Wedge": "#ffffff"}
    assert level.settings["skybox"] == {"type": "color", "color": "#7caae7"}
    assert level.settings["rendering"]["toneMapping"] == "none"
    assert level.settings["lighting"]["ambientIntensity"] == 0


def test_the_serializer_s_shapes_stand_where_they_were() -> None:
    """Radians in their own order; children, triangles, layers as bits."""
    level = Reading(editor_project("c-scene-serializer")).level
    assert level.component("Green", "MeshRenderer")["geometry"]["radius"] == 1
    assert level.world("Green") == pytest.approx((0, 3, 0))
    assert level.point("Grey", (1, 0, 1)) == pytest.approx((2**0.5, 0, 0))
    assert level.point("Slab", (1, 0.5, 0)) == pytest.approx((3.5, 1, 0))
    corners = level.component("Wedge", "MeshRenderer")["geometry"]["vertices"]
    assert level.point("Wedge", tuple(corners[3:6])) == pytest.approx((-2, 0, 0))
    assert level.entities["Ghost"]["active"] is False
    assert {entity["layer"] for entity in level.entities.values()} == {0}
    lens = level.component("Lens", "Camera")
    assert (lens["isMain"], round(lens["fov"])) == (True, 50)


def test_zoom_narrows_the_view() -> None:
    """A camera that sees 90° sees 2 · atan(1/2) at zoom 2."""
    lens = {"id": "c", "name": "c", "type": "camera", "fov": 90, "zoom": 2}
    box = {"id": "b", "type": "mesh", "geometry": {"type": "box"}, "material": {"type": "basic"}}
    document = {"settings": {"renderer": {}}, "objects": [box, lens]}
    level = Reading({"game.json": NAMED, "scenes/main.json": as_json(document)}).level
    assert level.component("c", "Camera")["fov"] == pytest.approx(53.1301, abs=1e-3)


def test_a_scene_editor_s_array_is_in_radians() -> None:
    """Beam lies; Knob is at its left end, and round."""
    reading = Reading(editor_project("c-scene-editor"))
    assert reading.errors == reading.warnings == []
    level = reading.level
    assert level.point("Beam", (0, 0.5, 0)) == pytest.approx((-1.5, 1, 0))
    assert level.world("Knob") == pytest.approx((-1.5, 1, 0))
    assert level.point("Knob", (0, 0.5, 0)) == pytest.approx((-1.75, 1, 0))
    assert level.point("Knob", (0.5, 0, 0)) == pytest.approx((-1.5, 1.25, 0))
    assert level.material("Knob")["color"] == "#ff0000"
    assert level.kinds("Beam") == ["MeshRenderer"]
    assert level.kinds("Ball") == ["MeshRenderer", "RigidBody", "Collider"]
    assert level.component("Ball", "RigidBody")["mass"] == 2
    collider = level.component("Ball", "Collider")
    assert (collider["shape"], collider["physicsMaterial"]["restitution"]) == ("sphere", 0.5)
    assert level.kinds("Floor") == ["MeshRenderer", "Collider"]
    assert level.component("Sun", "Light")["intensity"] == 0.8


def test_terrain_is_a_ground_with_heights() -> None:
    """Index row · columns + column, from (-width/2, -depth/2); one colour."""
    reading = Reading(editor_project("terrain"))
    assert reading.errors == reading.warnings == []
    level = reading.level
    ground = level.component("Terrain", "MeshRenderer")["geometry"]
    size = [ground[name] for name in ("width", "depth", "columns", "rows")]
    assert size == [40, 40, 17, 17]
    assert ground["heights"][0] == 8
    assert ground["heights"][5 * 17 + 12] == pytest.approx(6.4)
    assert ground["heights"][5 * 17 + 4] == pytest.approx(1.6)
    assert level.material("Terrain") == {"color": "#4a7c4f", "metalness": 0, "roughness": 0.8}
    assert level.component("Terrain", "Collider") == {"shape": "heightfield"}
    assert level.world("Camera") == (100, 80, 100)


def test_terrain_with_too_few_heights_is_refused() -> None:
    """By its place."""
    document = {"config": {"resolution": 4}, "heightmap": [0] * 15}
    (error,) = Reading({"game.json": NAMED, "scenes/main.json": as_json(document)}).errors
    assert error == "scenes/main.json $.heightmap: has 15 numbers; resolution 4 needs 16"


def test_a_binary_level_counts_characters_or_bytes() -> None:
    """Its header's length is in UTF-16 units; another formatVersion is read as 1.0.0."""
    reading = Reading(editor_project("c-aelv"))
    assert reading.errors == reading.warnings == []
    assert reading.loaded.scenes["main"].kinds == {
        *("Camera", "MeshRenderer", "Collider", "RigidBody"),
    }


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"magic": "AETHEL_PROJECT", "tracks": []}, "is a video project, no scene"),
        ({"nodes": [{"transform": {"position": [0, 0, 0]}}]}, "is a scene graph, which saves no"),
        ({"eventGraph": {}, "variables": [], "components": []}, "is a blueprint"),
        ({"nodes": [], "edges": [], "variables": []}, "is a visual script"),
        ({"groups": [{"tracks": []}], "duration": 5}, "is a sequence"),
        ({"emitters": []}, "is a Niagara system"),
        ({"rootId": "a", "nodes": []}, "is a behaviour tree"),
        ({"actors": [], "name": "L"}, "is an answer of the AI's create_level"),
        ({"events": [], "components": []}, "is an answer of the AI's create_blueprint"),
    ],
)
def test_kinds_that_no_game_shows_are_named_once(document: dict[str, Any], told: str) -> None:
    """Wherever they lie; the rest of the game is exported."""
    files = {**editor_project("template-blank"), "Content/Things/x.json": as_json(document)}
    reading = Reading(files)
    assert reading.errors == []
    (warning,) = reading.warnings
    assert warning.startswith(f"Content/Things/x.json: {told}")


def test_a_file_with_a_scene_s_suffix_has_to_be_one() -> None:
    """What it holds is not guessed."""
    files = {**editor_project("template-blank"), "Content/Scenes/Odd.scene": b'{"a": 1}'}
    (error,) = Reading(files).errors
    assert error.startswith("Content/Scenes/Odd.scene: is no scene of a known format")
    broken = Reading({**files, "Content/Scenes/Odd.scene": b"{"}).errors
    assert broken[0].startswith("Content/Scenes/Odd.scene: is not valid JSON")
