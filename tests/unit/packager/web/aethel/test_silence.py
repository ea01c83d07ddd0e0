"""What would have no effect in a game, without an error anywhere, is told at export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.packager.web.aethel.findings import Findings
from services.packager.web.aethel.load_project import inspect
from tests.engine import as_json, assets, component, entity, glb, level, project
from tests.projects import in_memory, request

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles


def _warnings(**files: Any) -> list[str]:
    findings = Findings()
    found: ProjectFiles = in_memory(project(**files))
    inspect(found, request("web"), findings)
    assert not findings.errors
    return [str(note) for note in findings.notes if note.level == "warning"]


SHIP = glb(animations=[{"name": "Idle"}, {"name": "Run"}, {}])


def _animated(controller: dict[str, Any], *, inline: bool = False, deep: bool = False) -> list[str]:
    mesh = component("MeshRenderer", meshId="ship")
    animator = component("Animator", controllerPath="moves")
    parts = (
        (entity("a", animator), entity("b", mesh, parentId="a"))
        if deep
        else (entity("a", mesh, animator),)
    )
    table = assets(ship="assets/ship.glb", other="assets/other.glb")
    table.append(
        {"id": "moves", "type": "animation", "data": controller}
        if inline
        else {"id": "moves", "type": "animation", "path": "assets/moves.json"}
    )
    return _warnings(
        **{
            "scenes/main.json": level(*parts, assets=table),
            "assets/ship.glb": SHIP,
            "assets/other.glb": glb(animations=[{"name": "Wave"}]),
            "assets/moves.json": as_json(controller),
        }
    )


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(
    ("controller", "told"),
    [
        ({"states": [{"name": "idle", "clip": "Idle"}, {"name": "Run"}]}, []),
        ({"states": [{"name": "rest", "clip": None}, {"name": "a", "clip": "animation_2"}]}, []),
        ({"states": [{"name": "hi", "clip": "other#Wave"}]}, []),
        ({"states": [{"name": "i", "clip": "Idle"}], "start": "Run"}, []),
        (
            {"states": [{"name": "idle", "clip": "idle"}]},
            ["$.states[0].clip: the state 'idle' plays the clip 'idle', which assets/ship.glb has"],
        ),
        ({"states": [{"name": "idle"}]}, ["$.states[0].name: the state 'idle' plays the clip"]),
        ({"states": [{"name": "h", "clip": "other#Run"}]}, ["which assets/other.glb has not got"]),
        ({"states": [{"name": "h", "clip": "gone#Run"}]}, ["whose model is not in the project"]),
        (
            {"states": [{"name": "i", "clip": "Idle"}], "start": "idel"},
            ["$.start: there is no state 'idel', so it plays the clip 'idel'"],
        ),
    ],
)
def test_a_clip_that_the_model_lacks_is_told(
    controller: dict[str, Any], told: list[str], *, inline: bool, deep: bool
) -> None:
    """In a controller's file or in the level itself; the model may be a child of the Animator."""
    warnings = _animated(controller, inline=inline, deep=deep)
    place = "scenes/main.json" if inline else "assets/moves.json"
    assert len(warnings) == len(told)
    for warning, text in zip(warnings, told, strict=True):
        assert warning.startswith(place)
        assert (text.replace("$", "", 1) if text.startswith("$") else text) in warning


def test_models_that_are_not_known_are_no_reason_to_warn() -> None:
    """A prefab, or a script, may bring the model."""
    moves = {"states": [{"name": "idle"}]}
    animator = component("Animator", controllerPath="assets/moves.json")
    prefab = {
        "id": "p",
        "entities": [entity("root", component("MeshRenderer", meshId="primitive:box"))],
    }
    scene = level(
        entity("a", animator),
        entity("b", prefabId="p", parentId="a"),
        entity("c", animator),
        prefabs=[prefab],
    )
    assert _warnings(**{"scenes/main.json": scene, "assets/moves.json": as_json(moves)}) == []


def test_a_clip_of_another_model_is_looked_up_whatever_the_animator_plays_on() -> None:
    """Nobody knows the model that a prefab brings; the one that the clip names is there."""
    names = ("hero#Wave", "hero#Run", "Run", "gone#Run")
    moves = {"states": [{"name": name, "clip": name} for name in names]}
    scene = level(
        entity("a", component("Animator", controllerPath="assets/moves.json")),
        assets=assets(hero="assets/hero.glb"),
    )
    found = _warnings(
        **{
            "scenes/main.json": scene,
            "assets/moves.json": as_json(moves),
            "assets/hero.glb": glb(animations=[{"name": "Wave"}]),
        }
    )
    assert [note.partition(": the state ")[0] for note in found] == [
        "assets/moves.json: $.states[1].clip",
        "assets/moves.json: $.states[3].clip",
    ]
    assert "which assets/hero.glb has not got" in found[0]
    assert "name one of its own (Wave)" in found[0]


CORE = "import {{ Component }} from '@aethel/core';\nexport class A extends Component {{ {} }}\n"


@pytest.mark.parametrize(
    ("script", "names", "told"),
    [
        ("import { Script } from 'aethel'; export default class extends Script { \
start() { this.properties.speed } }", ["speed", "sped"], ["sped"]),
        ("export function update({ entity, properties }, dt) { properties.speed }",
         ["speed", "rate"], ["rate"]),
        ("export function update(ctx, dt) { const { speed } = ctx.properties; }",
         ["speed", "rate"], ["rate"]),
        ("export function update(ctx) { const { speed, ...more } = ctx.properties; }",
         ["speed", "rate"], []),
        (CORE.format("speed = 3; private top = 1;"), ["speed", "top", "Speed"], ["Speed"]),
        (CORE.format("speed = 3;") + "import { base } from './base';", ["fromBase"], []),
        (CORE.format("set(key) { this[key] = 1 }"), ["anything"], []),
        (CORE.format("all() { return Object.entries(this) }"), ["anything"], []),
        (CORE.format("all() { setUp(this.properties) }"), ["anything"], []),
        (CORE.format("all() { return { ...this.properties } }"), ["anything"], []),
        (CORE.format("all() { for (const k in this) use(k) }"), ["anything"], []),
        (CORE.format("speed = 3;"), ["usedByAnother"], []),
    ],
)  # fmt: skip
def test_a_property_that_no_script_uses_is_told(
    script: str, names: list[str], told: list[str]
) -> None:
    """Once, with its place; nothing where a script puts names together as it runs."""
    data = component("Script", scriptId="a", properties=dict.fromkeys(names, 1))
    warnings = _warnings(
        **{
            "scenes/main.json": level(entity("e", data)),
            "scripts/a.ts": script.encode(),
            "scripts/base.ts": b"export const base = { fromBase: 1 };",
            "scripts/other.ts": b"import './a'; export const f = (a) => a.usedByAnother;",
        }
    )
    place = "scenes/main.json: $.entities[0].components[0].data.properties."
    assert [warning.split(":")[1].strip() for warning in warnings] == [
        f"{place.partition(': ')[2]}{name}" for name in told
    ]
    assert all("has no effect" in warning for warning in warnings)


def test_the_name_that_was_meant_is_said() -> None:
    """As far as one is like it."""
    data = component("Script", scriptId="a", properties={"sped": 1})
    (warning,) = _warnings(
        **{
            "scenes/main.json": level(entity("e", data)),
            "scripts/a.ts": CORE.format("speed = 3;").encode(),
        }
    )
    assert warning.endswith("uses no property 'sped': it has no effect (it has 'speed')")
