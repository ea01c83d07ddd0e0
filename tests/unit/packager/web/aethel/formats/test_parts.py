"""Prefabs, materials and controllers of other editors are what levels refer to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.packager.web.aethel.formats.reading import Reading, as_json, editor_project


@pytest.fixture(scope="module")
def barrels() -> Reading:
    """Two barrels from one prefab."""
    return Reading(editor_project("c-prefab-material"))


def test_a_prefab_in_a_file_takes_the_place_of_its_reference(barrels: Reading) -> None:
    """It is in the level, under the id of the asset."""
    assert barrels.errors == barrels.warnings == []
    (prefab,) = barrels.level.document["prefabs"]
    assert prefab["id"] == "barrel"
    root, glow, off = prefab["entities"]
    assert (root["name"], root["tags"], prefab["rootEntityId"]) == ("Barrel", ["loot"], root["id"])
    assert [glow["parentId"], off["parentId"]] == [root["id"]] * 2
    assert off["active"] is False
    assert barrels.document("assets/barrel.prefab")["entities"] == prefab["entities"]


def test_components_of_prefabs_are_those_of_levels(barrels: Reading) -> None:
    """Other names, wrapped vectors, colours as integers."""
    root, glow, _ = barrels.level.document["prefabs"][0]["entities"]
    parts = {part["type"]: part["data"] for part in root["components"]}
    assert parts["Collider"]["size"] == [1, 1.5, 1]
    assert parts["Collider"]["center"] == [0, 0.25, 0]
    frozen = parts["RigidBody"]["constraints"]
    assert frozen["freezeRotation"] == {"x": True, "y": True, "z": True}
    assert frozen["freezePosition"] == {"x": False, "y": False, "z": False}
    assert parts["MeshRenderer"]["meshId"] == "primitive:cylinder"
    (light,) = glow["components"]
    kept = ("type", "color", "intensity", "range", "castShadows")
    assert [light["data"][name] for name in kept] == ["point", "#ff6600", 6, 5, False]


def test_material_settings_are_linear(barrels: Reading) -> None:
    """0.25 is #89; what a physical material alone has is left out."""
    flat = barrels.document("assets/flat.material")
    assert (flat["type"], flat["color"]) == ("basic", "#893800")
    assert "clearcoat" not in flat


def test_textures_keep_their_placing(barrels: Reading) -> None:
    """Repeated twice around; the file is shipped."""
    paint = barrels.document("assets/paint.material")
    texture = paint["textures"]["map"]
    assert (texture["uri"], texture["repeat"]) == ("assets/stripes.png", [2, 1])
    assert "assets/stripes.png" in barrels.loaded.reach.files


def test_a_texture_that_is_not_there_is_named_by_its_material() -> None:
    """The original file, whatever was made of it."""
    files = editor_project("c-prefab-material")
    del files["assets/stripes.png"]
    (error,) = Reading(files).errors
    assert error.startswith("assets/paint.material $.textures.map: 'assets/stripes.png' is neither")


def test_an_animation_blueprint_is_a_controller() -> None:
    """States by id, clips, speeds; transitions by priority."""
    reading = Reading(editor_project("c-animation-blueprint"))
    assert reading.errors == reading.warnings == []
    controller = reading.document("assets/hopper.json")
    assert controller["start"] == "Entry"
    states = [(s["name"], s["clip"], s["loop"], s["speed"]) for s in controller["states"]]
    assert states == [
        ("Entry", None, False, 1),
        ("Rest", "Idle", True, 1),
        ("Move", "Slide", True, 2),
        ("Hop", "Jump_Start", False, 1),
    ]
    links = [(t["from"], t["to"], "finished" in t) for t in controller["transitions"]]
    assert links == [
        ("Rest", "Hop", False),
        ("Rest", "Move", False),
        ("Move", "Rest", False),
        ("Entry", "Rest", False),
        ("Hop", "Rest", True),
    ]
    assert controller["transitions"][0]["conditions"] == [
        {"parameter": "Speed", "operator": ">", "value": 0.1},
        {"parameter": "IsJumping", "operator": "==", "value": True},
    ]
    assert controller["parameters"] == {"Speed": 0, "IsJumping": False}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"to": "nowhere"}, "$.transitions[0].to"),
        ({"from": 7}, "$.transitions[0].from"),
        ({"blendTime": "slow"}, "$.transitions[0].blendTime"),
        (
            {"conditions": [{"operator": "~", "value": 1}]},
            "conditions[0].operator",
        ),
        ({"conditions": [{"variable": "a", "value": "x"}]}, "$.transitions[0].conditions[0].value"),
    ],
)
def test_a_blueprint_s_faults_are_named(change: dict[str, Any], place: str) -> None:
    """Before a state is waited for that never comes."""
    states = [{"id": name, "name": "same", "type": "state"} for name in "ab"]
    link = {"from": "a", "to": "b", "conditions": [], **change}
    files = editor_project("c-animation-blueprint")
    files["assets/hopper.json"] = as_json(
        {"states": states, "transitions": [link], "variables": []}
    )
    errors = Reading(files).errors
    assert any(place in error and error.startswith("assets/hopper.json") for error in errors)


def test_states_of_one_name_are_told_apart() -> None:
    """By their ids."""
    states = [{"id": name, "name": "same", "type": "state"} for name in "ab"]
    link = {"from": "a", "to": "b", "conditions": []}
    files = editor_project("c-animation-blueprint")
    files["assets/hopper.json"] = as_json(
        {"states": states, "transitions": [link], "variables": []}
    )
    controller = Reading(files).document("assets/hopper.json")
    assert [state["name"] for state in controller["states"]] == ["same (a)", "same (b)"]
    assert controller["transitions"][0]["to"] == "same (b)"
