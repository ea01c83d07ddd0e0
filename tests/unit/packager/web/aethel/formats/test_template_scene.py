"""Scenes of the templates are left-handed; the config beside them says where a game begins."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.packager.web.aethel.formats.reading import Reading, as_json, editor_project

ARENA = "Content/Scenes/Arena.scene"


def scene(*components: str, **parts: Any) -> dict[str, bytes]:
    """A project with one scene of one entity, and a cube."""
    entities = [
        {"id": "e", "name": "e", "transform": {"position": [0, 0, 0]}, "components": components},
        {"id": "cube", "name": "cube", "components": ["MeshRenderer:Cube"]},
    ]
    return {"Content/Scenes/Main.scene": as_json({"name": "M", "entities": entities, **parts})}


@pytest.mark.parametrize(
    ("name", "place"), [("Near", (0.18, -0.28)), ("Far", (0.00, -0.02)), ("Tall", (-0.23, -0.10))]
)
def test_the_blank_template_is_seen_from_its_camera(name: str, place: tuple[float, float]) -> None:
    """Left-handed, degrees, +x looks down."""
    reading = Reading(editor_project("template-blank"))
    assert reading.errors == reading.warnings == []
    level = reading.level
    assert level.projected(name, "MainCamera") == pytest.approx(place, abs=0.006)


def test_the_sun_shines_along_its_own_axis() -> None:
    """Its +z of a left-handed world."""
    level = Reading(editor_project("template-blank")).level
    sun = next(n for n in level.entities if "Light" in level.kinds(n))
    x, y, z = level.forward(sun)
    assert (x, y, -z) == pytest.approx((-0.32, -0.77, 0.56), abs=0.006)
    assert level.component(sun, "Light") == {
        "type": "directional",
        "color": "#ffffff",
        "intensity": 1,
    }


def test_children_are_relative_to_their_parents() -> None:
    """The eye of the fps template is 0.8 above the player."""
    reading = Reading(editor_project("template-fps"))
    level = reading.level
    assert reading.errors == reading.warnings == []
    assert level.world("MainCamera") == pytest.approx((0, 2.8, 0))
    assert level.projected("Ahead", "MainCamera") == pytest.approx((0, -1.8 / 6 * 3**0.5), abs=0.01)
    assert level.settings["physics"]["gravity"] == [0, -20, 0]
    assert level.settings["handedness"] == "left"
    assert level.settings["lighting"] == {"ambientColor": "#4c4c66", "ambientIntensity": 1}


def test_scripts_are_found_by_their_class() -> None:
    """A named export; the body that it moves stays upright."""
    level = Reading(editor_project("template-fps")).level
    assert level.component("Player", "Script") == {
        "scriptId": "Content/Scripts/Player/Walker.ts",
        "export": "Walker",
    }
    body = level.component("Player", "RigidBody")
    assert (body["mass"], body["angularDrag"]) == (1, 0.05)
    assert body["constraints"] == {"freezeRotation": True}
    capsule = level.component("Player", "Collider")
    assert (capsule["shape"], capsule["radius"], capsule["height"]) == ("capsule", 0.5, 2)


def test_a_class_that_no_script_exports_is_named() -> None:
    """In debug the game goes on without it."""
    (error,) = Reading(scene("Flyer")).errors
    assert error.startswith("Content/Scenes/Main.scene $.entities[0].components[0]: 'Flyer' is no ")
    debug = Reading(scene("Flyer"), "debug")
    assert debug.errors == []
    assert "'Flyer' is no component" in debug.told


def test_two_dimensions_are_a_plane() -> None:
    """RigidBody2D moves in it, and physics2D pulls along it."""
    reading = Reading(editor_project("template-platformer"))
    assert reading.errors == reading.warnings == []
    level = reading.level
    assert level.component("Hero", "RigidBody")["planar"] is True
    assert level.settings["physics"]["gravity"] == [0, -30, 0]
    assert level.projected("Ledge", "MainCamera") == pytest.approx((0.41, -0.07), abs=0.006)


def test_a_scene_s_own_gravity_goes_before_the_config_s() -> None:
    """Pulls sideways are mirrored, too."""
    files = scene("MeshRenderer:Cube", settings={"physics": {"gravity": [1, -2, 3]}})
    config = as_json({"physics2D": {"gravity": [0, -30]}, "entry": "Content/Scenes/Main.scene"})
    level = Reading({"aethel.config.json": config, **files}).level
    assert level.settings["physics"]["gravity"] == [1, -2, -3]


def test_bindings_become_codes() -> None:
    """Mouse1 is the right button, which browsers call 2."""
    reading = Reading(editor_project("config-input"))
    assert reading.errors == reading.warnings == []
    assert reading.loaded.document["input"]["actions"] == {
        "Fire": ["mouse:0", "gamepad:7"],
        "Aim": ["mouse:2", "gamepad:6"],
        "Reload": ["KeyR", "gamepad:2"],
        "Jump": ["Space", "gamepad:0"],
        "Sprint": ["ShiftLeft", "gamepad:10"],
        "Crouch": ["ControlLeft", "gamepad:1"],
        "Menu": ["Escape", "gamepad:9"],
    }


def test_an_unknown_binding_is_named() -> None:
    """With the action that has it."""
    config = {"input": {"actions": {"Sniff": ["F", "Gamepad:Nose"]}}}
    reading = Reading({"aethel.config.json": as_json(config), **scene("MeshRenderer:Cube")})
    assert reading.loaded.document["input"]["actions"]["Sniff"] == ["KeyF"]
    (warning,) = reading.warnings
    assert "$.input.actions.Sniff[*]" in warning
    assert "the action 'Sniff' is bound to 'Gamepad:Nose'" in warning


def test_a_missing_entry_is_an_error_that_lists_what_is_there() -> None:
    """Once none, once another one."""
    files = editor_project("template-missing-entry")
    (error,) = Reading(files).errors
    entry = "aethel.config.json $.entry: '/Content/Scenes/Village.scene' is not in the project"
    assert error == f"{entry}; the scenes that are: none"
    other = {"Content/Scenes/Hut.scene": scene("MeshRenderer:Cube")["Content/Scenes/Main.scene"]}
    (error,) = Reading({**files, **other}).errors
    assert error == f"{entry}; the scenes that are: Content/Scenes/Hut.scene"


def test_a_missing_entry_is_a_scene_that_says_so_in_debug() -> None:
    """So that work on the rest can go on."""
    reading = Reading(editor_project("template-missing-entry"), "debug")
    assert reading.errors == []
    assert "Village.scene' is not in the project" in reading.told
    script = reading.loaded.texts["scripts/missing-entry.js"]
    assert "The scene /Content/Scenes/Village.scene is not in the project." in script


def test_with_the_scene_the_template_is_a_game() -> None:
    """Pixel settings reach the level."""
    files = editor_project("template-missing-entry")
    village = scene("MeshRenderer:Cube")["Content/Scenes/Main.scene"]
    reading = Reading({**files, "Content/Scenes/Village.scene": village})
    assert reading.errors == reading.warnings == []
    assert reading.loaded.start == "Village"
    assert reading.level.settings["rendering"] == {"pixelPerfect": True}


def test_a_hud_is_the_component_named_like_its_file() -> None:
    """Nothing mounts it in the project: the player does."""
    reading = Reading(editor_project("template-hud"))
    assert reading.errors == reading.warnings == []
    assert reading.loaded.huds == ["Content/Scripts/UI/HUD.tsx"]
    assert "Content/Scripts/UI/HUD.tsx" in reading.loaded.reach.scripts
