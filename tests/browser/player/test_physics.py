"""Bodies fall, rest, touch and answer rays; a game without them never fetches the engine for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.player.assembling import CAMERA, FLOOR, SUN, entity, level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPHERE = {"MeshRenderer": {"meshId": "primitive:sphere"}, "Collider": {"shape": "sphere"}}
SIXTIETHS = {"physics": {"fixedTimestep": 1 / 60}}
SOLID: dict[str, Any] = {"Collider": {}, "RigidBody": {}}

REPORTER = """
import { Script, physics, game, type Entity, type Contact } from "aethel";
export default class Reporter extends Script {
  seen: string[] = [];
  start() { (globalThis as any).seen = this.seen; }
  onCollision(other: Entity, contact: Contact) {
    this.seen.push(`hit ${other.name} ${contact.normal.y > 0.9 ? "from above" : "?"}`);
  }
  onCollisionEnd(other: Entity) { this.seen.push(`left ${other.name}`); }
  onTrigger(other: Entity) { this.seen.push(`into ${other.name}`); }
  onTriggerEnd(other: Entity) { this.seen.push(`out of ${other.name}`); }
}
"""


async def test_a_ball_falls_and_comes_to_rest(play: Callable[..., Awaitable[Playing]]) -> None:
    """On the floor, half its size above it, within a few seconds; and it sleeps there."""
    ball = entity("ball", {**SPHERE, "RigidBody": {}}, (0, 4, 0))
    game = await play(scenes={"main": level(CAMERA, SUN, FLOOR, ball)})
    await game.drive()
    await game.steps(30)
    fallen = 4 - (await game.position("ball"))[1]
    assert 1.0 < fallen < 1.4  # ½ · 9.81 · 0.5² = 1.23
    await game.steps(400)
    assert (await game.position("ball"))[1] == pytest.approx(0.5, abs=0.01)
    assert await game.page.evaluate("AethelPlayer.game.scene.find('ball').body.sleeping")
    assert game.troubles.seen == []


@pytest.mark.parametrize(
    ("shape", "height"),
    [
        ({"shape": "box", "size": [1, 2, 1]}, 1.0),
        ({"shape": "sphere", "radius": 0.25}, 0.25),
        ({"shape": "capsule", "radius": 0.5, "height": 3}, 1.5),
        ({"shape": "mesh"}, 0.5),
        ({"shape": "box", "center": {"x": 0, "y": 0.5, "z": 0}}, 0.0),
    ],
)
async def test_each_shape_rests_at_its_own_height(
    play: Callable[..., Awaitable[Playing]], shape: dict[str, Any], height: float
) -> None:
    """Sizes, radii, heights and centres are those of the data."""
    body = entity(
        "body",
        {
            "MeshRenderer": {"meshId": "primitive:box"},
            "Collider": shape,
            "RigidBody": {"constraints": {"freezeRotation": True}},
        },
        (0, 3, 0),
    )
    game = await play(scenes={"main": level(CAMERA, FLOOR, body)})
    await game.drive()
    await game.steps(240)
    assert (await game.position("body"))[1] == pytest.approx(height, abs=0.02)


HOVER = """
import { Script, time } from "aethel";
export default class Hover extends Script {
  seen: number[][] = [];
  steps = 0;
  start() { (globalThis as any)[this.entity.name] = this.seen; }
  fixedUpdate() {
    const { body, quaternion } = this.entity;
    const { x, y, z } = this.entity.worldPosition();
    this.seen.push([x, y, z, ...quaternion.toArray(), body.velocity.y, time.now, time.dt]);
    body.applyForce({ x: 0, y: 9.81 + 40 * (5 - y) - 6 * body.velocity.y, z: 0 });
    body.applyTorque({ x: 0, y: 0.2, z: 0.1 * (1 - y) });
    if (++this.steps === 40) this.entity.position.x = 2;
  }
  onCollision() { this.seen.push([this.entity.worldPosition().y]); }
}
"""
HOVERING = {**SOLID, "Script": {"scriptId": "hover"}}
RATES = (15, 20, 60, 144)


async def test_steps_are_the_same_at_every_frame_rate(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """What a script reads in ``fixedUpdate`` is of that step, to the last bit, and is obeyed."""
    root = entity("root", HOVERING, (0, 4, 0))
    tilted = entity("tilted", {}, (7, 0, 0), rotation=(0, 0.6, 0, 0.8), scale=(1.5, 1.5, 1.5))
    child = entity("child", HOVERING, (0, 3, 0), parentId="tilted")
    ceiling = entity("ceiling", {"Collider": {"size": [9, 1, 9]}}, (0, 6.3, 0))
    game = await play(
        scenes={"main": level(CAMERA, root, tilted, child, ceiling)},
        scripts={"scripts/hover.ts": HOVER},
    )
    runs: dict[int, list[list[list[float]]]] = {}
    for rate in RATES:
        await game.drive()
        await game.steps(2 * rate, dt=1 / rate)
        runs[rate] = [await game.page.evaluate(name) for name in ("root", "child")]
    for of_root, of_child in runs.values():
        assert of_root[:85] == runs[60][0][:85]
        assert of_child[:85] == runs[60][1][:85]
    of_root = [seen for seen in runs[60][0] if len(seen) > 1]
    touches = [seen for seen in runs[60][0] if len(seen) == 1]
    assert of_root[39][0] < 1
    assert of_root[40][0] == pytest.approx(2, abs=0.1)  # it went where it was put
    assert touches
    assert touches[0][0] == pytest.approx(5.3, abs=0.15)  # under the ceiling, not a frame before
    assert [seen[-2:] for seen in of_root[:3]] == [
        [pytest.approx(0.02 * n), 0.02] for n in (1, 2, 3)
    ]
    await game.drive()  # at the last rate a frame shows what lies between two steps
    await game.steps(40, dt=1 / 144)
    shown, read = (await game.position("root"))[1], await game.page.evaluate("root.at(-1)[1]")
    assert shown != read
    assert shown == pytest.approx(read, abs=0.2)
    assert game.troubles.seen == []


async def test_a_game_that_cannot_keep_up_plays_slower_as_a_whole(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """A frame is no longer than its steps: for updates, timers and physics alike."""
    script = """
      import { time } from "aethel";
      export function start() { (globalThis as any).seen = { updated: 0, fixed: 0, ticks: 0 };
        time.every(0.2, () => seen.ticks++); }
      export function update(ctx, dt) { seen.updated += dt; seen.now = time.now; }
      export function fixedUpdate(ctx, dt) { seen.fixed += dt; }"""
    watcher = entity("watcher", {"Script": {"scriptPath": "scripts/watch.ts"}})
    physics = {"fixedTimestep": 0.02, "maxSubSteps": 2}
    game = await play(
        scenes={
            "main": level(CAMERA, watcher, settings={"physics": {**physics, "maxSubSteps": None}}),
            "slow": level(CAMERA, watcher, settings={"physics": physics}),
        },
        scripts={"scripts/watch.ts": script},
    )
    await game.drive()
    for scene, of_a_frame in (("main", 0.06), ("slow", 0.04)):
        await game.page.evaluate("name => AethelPlayer.loadScene(name)", scene)
        before = await game.page.evaluate("AethelPlayer.game.clock.now")
        await game.steps(50, dt=0.1)
        seen = await game.page.evaluate("seen")
        whole = pytest.approx(50 * of_a_frame)
        assert (seen["updated"], seen["fixed"], seen["now"] - before) == (whole, whole, whole)
        assert seen["ticks"] == pytest.approx(50 * of_a_frame / 0.2, abs=1)


async def test_touches_reach_the_scripts_of_both(play: Callable[..., Awaitable[Playing]]) -> None:
    """Solid contacts with their normal, triggers on the way, and the ends of both."""
    ball = entity(
        "ball", {**SPHERE, "RigidBody": {}, "Script": {"scriptId": "reporter"}}, (0, 4, 0)
    )
    gate = entity("gate", {"Collider": {"isTrigger": True}}, (0, 2, 0))
    game = await play(
        scenes={"main": level(CAMERA, FLOOR, ball, gate)},
        scripts={"scripts/reporter.ts": REPORTER},
    )
    await game.drive()
    await game.steps(120)
    expected = ["into gate", "out of gate", "hit floor from above"]
    assert await game.page.evaluate("seen") == expected
    await game.page.evaluate("AethelPlayer.game.scene.find('ball').body.teleport({x:0,y:9,z:0})")
    await game.steps(5)
    assert await game.page.evaluate("seen") == [*expected, "left floor"]


async def test_forces_constraints_and_kinematics(play: Callable[..., Awaitable[Playing]]) -> None:
    """A pushed body slides as Newton says, a frozen axis stays, a kinematic one obeys the game."""
    light = {**SOLID, "RigidBody": {"mass": 2, "useGravity": False}}
    free = entity("free", light, (0, 5, 0))
    frozen = entity(
        "frozen",
        {
            **SOLID,
            "RigidBody": {"useGravity": False, "constraints": {"freezePositionX": True}},
        },
        (0, 8, 0),
    )
    lift = entity("lift", {**SOLID, "RigidBody": {"isKinematic": True}}, (5, 0, 0))
    rider = entity("rider", SOLID, (5, 1, 0))
    game = await play(
        scenes={"main": level(CAMERA, free, frozen, lift, rider, settings=SIXTIETHS)},
    )
    await game.drive()
    await game.page.evaluate(
        """() => {
          const { scene } = AethelPlayer.game;
          const push = { x: 4, y: 0, z: 0 };
          for (const name of ["free", "frozen"]) scene.find(name).body.applyImpulse(push);
          for (let i = 0; i < 60; i++) {
            scene.find("lift").position.y += 1 / 60;
            AethelPlayer.step(1 / 60);
          }
        }"""
    )
    assert (await game.position("free"))[0] == pytest.approx(2, abs=0.1)  # 4 Ns / 2 kg, 1 s
    assert (await game.position("frozen"))[0] == pytest.approx(0, abs=1e-4)
    assert (await game.position("rider"))[1] == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("rate", [50, 60, 144])
async def test_who_moves_one_axis_leaves_the_others_to_physics(
    play: Callable[..., Awaitable[Playing]], rate: int
) -> None:
    """A script writes x in every frame, between steps or not: the fall goes on as without it."""
    moved, free = (entity(name, SOLID, (x, 50, 0)) for name, x in (("moved", 0), ("free", 9)))
    game = await play(scenes={"main": level(CAMERA, moved, free, settings=SIXTIETHS)})
    await game.drive()
    heights = await game.page.evaluate(
        """(rate) => {
          const { scene } = AethelPlayer.game;
          const apart = [];
          for (let i = 0; i < rate; i++) {
            AethelPlayer.step(1 / rate);
            apart.push(Math.abs(scene.find("moved").position.y - scene.find("free").position.y));
            scene.find("moved").position.x -= 3 / rate;
          }
          return [Math.max(...apart), scene.find("free").position.y];
        }""",
        rate,
    )
    assert heights == [pytest.approx(0, abs=1e-4), pytest.approx(45.1, abs=0.2)]
    assert (await game.position("moved"))[0] == pytest.approx(-3, abs=0.01)


async def test_rays_and_spheres_find_what_is_there(play: Callable[..., Awaitable[Playing]]) -> None:
    """The nearest solid one, on the layers asked for; triggers let rays pass."""
    script = """
      import { physics } from "aethel";
      export function start() {
        (globalThis as any).ask = (layers?: number) => {
          const options = layers === undefined ? {} : { layers };
          const hit = physics.raycast({ x: 0, y: 5, z: 0 }, { x: 0, y: -1, z: 0 }, 10, options);
          const near = physics.overlapSphere({ x: 0, y: 1, z: 0 }, 0.6).map(({ name }) => name);
          const round = (value: number) => Math.round(value * 1000) / 1000;
          return [hit && [hit.entity.name, round(hit.distance), round(hit.normal.y)], near];
        };
      }"""
    crate = entity("crate", {"Collider": {}}, (0, 1, 0), layer=3)
    ghost = entity("ghost", {"Collider": {"isTrigger": True}}, (0, 3, 0))
    asker = entity("asker", {"Script": {"scriptPath": "scripts/ask.ts"}})
    game = await play(
        scenes={"main": level(CAMERA, FLOOR, crate, ghost, asker)},
        scripts={"scripts/ask.ts": script},
    )
    await game.drive()
    await game.steps(2)
    assert await game.page.evaluate("ask()") == [["crate", 3.5, 1], ["crate"]]
    assert await game.page.evaluate("ask(1)") == [["floor", 5, 1], ["crate"]]


async def test_compound_bodies_and_scaled_parents(play: Callable[..., Awaitable[Playing]]) -> None:
    """Colliders of children belong to the body above them, in its scale."""
    body = entity("body", {"RigidBody": {}}, (0, 3, 0), scale=(2, 2, 2))
    foot = entity("foot", {"Collider": {}}, (0, -0.5, 0), parentId="body")
    game = await play(scenes={"main": level(CAMERA, FLOOR, body, foot)})
    await game.drive()
    await game.steps(200)
    assert (await game.position("body"))[1] == pytest.approx(2, abs=0.03)


async def test_an_inactive_collider_lets_pass(play: Callable[..., Awaitable[Playing]]) -> None:
    """An entity that is switched off is not there for physics either."""
    ball = entity("ball", {**SPHERE, "RigidBody": {}}, (0, 2, 0))
    trapdoor = {**FLOOR, "active": False}
    game = await play(scenes={"main": level(CAMERA, trapdoor, ball)})
    await game.drive()
    await game.steps(120)
    assert (await game.position("ball"))[1] < -5


async def test_a_game_without_physics_never_fetches_the_engine(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Nor any other part that it does not use."""
    box = entity("box", {"MeshRenderer": {"meshId": "primitive:box"}})
    game = await play(scenes={"main": level(CAMERA, SUN, box)})
    await game.page.wait_for_timeout(200)
    names = [url.rsplit("/", 1)[1].split("-")[0] for url in game.requested]
    lazy = {"world", "rapier_wasm3d_bg", "gltf", "mixer", "effects", "hdr", "ktx2", "draco"}
    assert lazy.isdisjoint(names)
    assert game.troubles.seen == []
