"""Documents of every editor, however odd: converted, or a fault of theirs with file and place."""

from __future__ import annotations

import copy
import json
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.web.aethel.documents import level_builder, recognition
from services.packager.web.aethel.formats import formats
from tests.hostile.media_files import mutated_json
from tests.unit.packager.web.aethel.formats.reading import Reading, as_json, editor_project

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

DOCUMENTS = {
    "level-editor": "levels/main.level.json",
    "template-blank": "Content/Scenes/Main.scene",
    "template-fps": "Content/Scenes/Arena.scene",
    "template-platformer": "aethel.config.json",
    "config-input": "aethel.config.json",
    "project-settings": "project_settings.json",
    "terrain": "scenes/main.json",
    "c-scene-editor": "scenes/main.json",
    "c-scene-serializer": "scenes/yard.aethel",
    "c-prefab-material": "assets/barrel.prefab",
    "c-animation-blueprint": "assets/hopper.json",
}
MATERIAL = "assets/paint.material"
FREE = (  # names that makers choose, and what only editors look at
    *("metadata.*", "input.actions.*", "lightmapSettings.*", "navmeshSettings.*"),
    *("objects.*.components.*.properties.isTrigger", "states.*.position.*", "sheenColor.*"),
    *("entity.components.*.data.position", "entity.components.*.data.rotation"),
    *("entity.components.*.data.scale", "assets.textures", "assets.models", "assets.materials"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)
PLACES = st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3)


@pytest.mark.parametrize(("name", "path"), [*DOCUMENTS.items(), ("c-prefab-material", MATERIAL)])
def test_a_damaged_document_is_converted_or_told(
    name: str, path: str, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Other types, other numbers, missing fields; nothing raises, and errors name a file."""
    files = editor_project(name)
    document = json.loads(files[path])
    for _ in rounds(20):
        damaged = copy.deepcopy(document)
        for _ in range(rng.randint(1, 3)):
            damaged = mutated_json(damaged, rng)
        reading = Reading(files | {path: as_json(damaged)}, rng.choice(("debug", "release")))
        for error in reading.errors:
            assert error.split(": ")[0].split(" ")[0] in files or "game.json" in error, error


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([path for path in DOCUMENTS.values() if "/" in path]), JSON)
def test_any_json_in_a_document_s_place_is_told(path: str, content: Any) -> None:
    """It need not even resemble one."""
    name = next(name for name, place in DOCUMENTS.items() if place == path)
    Reading(editor_project(name) | {path: as_json(content)})


@settings(deadline=None, max_examples=40)
@given(JSON)
def test_no_format_trips_over_what_it_is_asked_about(content: Any) -> None:
    """Formats look at everything that lies in a project."""
    for known in formats():
        assert known.recognises(content) in (True, False)


@pytest.mark.parametrize("depth", [50, 100, 130, 100_000])
@pytest.mark.parametrize("name", ["template-fps", "c-scene-editor", "c-scene-serializer"])
def test_children_in_children_are_followed_or_told(name: str, depth: int) -> None:
    """No stack is as deep as an attacker's document."""
    path = DOCUMENTS[name]
    reading = Reading(editor_project(name) | {path: _nested(name, depth)})
    too_deep = any("nested deeper" in error for error in reading.errors)
    assert too_deep is (depth > 64)
    assert all(path in error for error in reading.errors[:1])


def _nested(name: str, depth: int) -> bytes:
    child = {"template-fps": "components", "c-scene-editor": "properties"}.get(name, "transform")
    value = b"[]" if child == "components" else b"{}"
    head = b'{"id":"x","type":"mesh","position":[0,0,0],"%b":%b,"children":[' % (
        child.encode(),
        value,
    )
    inner = head * depth + b"]}" * depth
    if name == "c-scene-editor":
        return b"[" + inner + b"]"
    key = b"entities" if name == "template-fps" else b"objects"
    return b'{"settings":{"renderer":{}},"%b":[%b]}' % (key, inner)


def test_many_objects_are_no_burden() -> None:
    """Eight thousand of them, and as many children of one."""
    objects = [{"id": f"o{n}", "type": "mesh", "components": []} for n in range(8_000)]
    level = {"objects": objects, "lightmapSettings": {}}
    assert len(Reading({"levels/a.level": as_json(level)}).level.entities) == 8_001
    children = [{"id": f"c{n}", "components": ["MeshRenderer:Cube"]} for n in range(8_000)]
    scene = {"entities": [{"id": "p", "components": ["Camera"], "children": children}]}
    assert len(Reading({"Content/a.scene": as_json(scene)}).level.entities) == 8_001


@pytest.mark.parametrize(
    ("name", "path"),
    [*DOCUMENTS.items(), ("c-prefab-material", MATERIAL), ("content-assets", "scenes/main.json")],
)
def test_no_field_can_be_misspelt_in_silence(name: str, path: str) -> None:
    """Each of them once, in whatever object it stands; but those that are for editors alone."""
    files = editor_project(name)
    document = json.loads(files[path])
    told = Reading(files).told
    silent = set()
    for place, field in _fields_of(document):
        pattern = ".".join([*("*" if isinstance(part, int) else part for part in place), field])
        changed = copy.deepcopy(document)
        inner = changed
        for part in place:
            inner = inner[part]
        inner[f"{field}Odd"] = inner.pop(field)
        if Reading(files | {path: as_json(changed)}).told == told:
            silent.add(pattern)
    assert {one for one in silent if not any(fnmatch(one, free) for free in FREE)} == set()


def _fields_of(document: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    """(path, name) of each kind of field once."""
    seen = set()
    waiting: list[tuple[Any, tuple[Any, ...]]] = [(document, ())]
    while waiting:
        value, place = waiting.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                kind = (*("*" if isinstance(part, int) else part for part in place), name)
                if kind not in seen:
                    seen.add(kind)
                    yield place, name
                waiting.append((inner, (*place, name)))
        elif isinstance(value, list):
            waiting += [(inner, (*place, number)) for number, inner in enumerate(value[:40])]


def test_more_objects_than_any_game_shows_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them becomes ten times as much, so they are counted while they are read."""
    monkeypatch.setattr(level_builder, "MOST_ENTITIES", 1_000)
    level = b'{"lightmapSettings": {}, "objects": [%s]}' % b",".join([b"{}"] * 1_001)
    (error, *_) = Reading({"levels/a.level": level}).errors
    assert error == "levels/a.level: has more than 1,000 objects; split it"


@settings(deadline=None, max_examples=40)
@given(st.lists(PLACES, min_size=2, max_size=6), st.lists(PLACES, min_size=1, max_size=6))
def test_a_mirrored_scene_keeps_all_distances(
    places: list[list[float]], turns: list[list[float]]
) -> None:
    """Whatever hangs on whatever: x and y stay, z turns its sign."""
    inner: list[dict[str, Any]] = []
    for number, place in enumerate(reversed(places)):
        turn = turns[number % len(turns)]
        inner = [
            {
                "id": f"e{number}",
                "name": f"e{number}",
                "transform": {"position": place, "rotation": turn},
                "components": ["MeshRenderer:Cube"],
                "children": inner,
            }
        ]
    level = Reading({"Content/Scenes/A.scene": as_json({"name": "A", "entities": inner})}).level
    expected = _left_handed(inner[0])
    for name, (x, y, z) in expected.items():
        assert level.world(name) == pytest.approx((x, y, -z), rel=1e-6, abs=1e-3)


def _left_handed(item: dict[str, Any]) -> dict[str, tuple[float, float, float]]:
    """Where each entity stands in the scene's own world, by matrices instead of quaternions."""
    import numpy as np  # noqa: PLC0415 - for this reference alone

    def turned(degrees: list[float]) -> Any:
        x, y, z = np.radians(degrees)
        rx = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
        ry = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
        rz = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
        return ry @ rx @ rz

    found = {}
    at, axes = np.zeros(3), np.eye(3)
    chain: dict[str, Any] | None = item
    while chain:
        transform = chain["transform"]
        at = at + axes @ np.array(transform["position"])
        axes = axes @ turned(transform["rotation"])
        found[chain["name"]] = (float(at[0]), float(at[1]), float(at[2]))
        chain = next(iter(chain["children"]), None)
    return found


def test_many_files_of_data_are_not_all_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has to be opened; what was not is told."""
    monkeypatch.setattr(recognition, "MAX_FILES", 3)
    data = {f"Content/Data/{number}.json": b"{}" for number in range(5)}
    reading = Reading(editor_project("template-blank") | data)
    assert reading.errors == []
    assert "taken for data of scripts: Content/Data/3.json, Content/Data/4.json" in reading.told
