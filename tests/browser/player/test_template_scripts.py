"""Scripts on ``@aethel/core``, the API of the engine's templates, in left-handed scenes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.player.assembling import entity, level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEFT = {"handedness": "left", "physics": {"gravity": [0, -20, 0], "fixedTimestep": 1 / 60}}
CUBE: dict[str, Any] = {"MeshRenderer": {"meshId": "primitive:box"}}
SLIPPERY = {"friction": 0}
INPUT = {"actions": {"Jump": ["Space"], "Sprint": ["ShiftLeft"], "Fire": ["mouse:0"]}}
WALKER = """
import { Component, Input, Camera, RigidBody } from "@aethel/core";

export class Walker extends Component {
  walkSpeed = 8;
  boost = 1.5;
  jumpForce = 10;
  sensitivity = 2;
  private body: RigidBody;
  private view: Camera;
  private yaw = 0;
  private pitch = 0;
  private onGround = false;

  onStart() {
    this.body = this.getComponent(RigidBody);
    this.view = Camera.main;
    Input.lockCursor(true);
  }

  onUpdate(delta: number) {
    this.yaw += Input.getAxis("MouseX") * this.sensitivity;
    this.pitch = Math.clamp(this.pitch - Input.getAxis("MouseY") * this.sensitivity, -85, 85);
    this.transform.rotation.y = this.yaw;
    this.view.transform.rotation.x = this.pitch;
    const speed = Input.getButton("Sprint") ? this.walkSpeed * this.boost : this.walkSpeed;
    const ahead = this.transform.forward.multiply(Input.getAxis("Vertical"));
    const aside = this.transform.right.multiply(Input.getAxis("Horizontal"));
    const go = ahead.add(aside).normalize().multiply(speed);
    this.body.velocity.x = go.x;
    this.body.velocity.z = go.z;
    if (Input.getButtonDown("Jump") && this.onGround) {
      this.body.addForce({ x: 0, y: this.jumpForce, z: 0 }, "impulse");
      this.onGround = false;
    }
    if (Input.getButtonDown("Fire")) console.log(`fire at ${Time.time.toFixed(1)}`);
  }

  onCollisionEnter(hit: Collision) {
    if (hit.normal.y > 0.7) this.onGround = true;
  }
}
"""
RUNNER = """
import { Component, Input, RigidBody2D } from "@aethel/core";

export class Runner extends Component {
  runSpeed = 6;
  leap = 15;
  private body: RigidBody2D;
  private onGround = false;

  onStart() { this.body = this.getComponent(RigidBody2D); }

  onUpdate() {
    const h = Input.getAxis("Horizontal");
    this.body.velocity.x = h * this.runSpeed;
    if (h !== 0) this.transform.scale.x = Math.sign(h) * Math.abs(this.transform.scale.x);
    if (Input.getButtonDown("Jump") && this.onGround) this.body.velocity.y = this.leap;
    if (Input.getButtonUp("Jump") && this.body.velocity.y > 0) this.body.velocity.y *= 0.5;
  }

  onCollisionEnter(hit: Collision2D) { if (hit.normal.y > 0.7) this.onGround = true; }
  onCollisionExit(hit: Collision2D) { this.onGround = false; }
}
"""
LAMPS = """
import { Component, Input } from "@aethel/core";

abstract class Lamp extends Component {
  protected abstract action: string;
  onUpdate() {
    this.transform.position.y = Input.getButton(this.action) ? 1 : 0;
    if (Input.getButtonDown(this.action)) console.log(`${this.action} down`);
    if (Input.getButtonUp(this.action)) console.log(`${this.action} up`);
  }
}

export class FireLamp extends Lamp { action = "Fire"; }
export class AimLamp extends Lamp { action = "Aim"; }
export class MenuLamp extends Lamp { action = "Menu"; }
"""


def script(path: str, name: str = "", **properties: Any) -> dict[str, Any]:
    """A component that runs a class of a file."""
    return {"Script": {"scriptId": path, "export": name, "properties": properties}}


def first_person() -> dict[str, Any]:
    """A walker of 2 m on a ground whose top is at y = 0.5; its eye is 0.8 above its middle."""
    player: dict[str, Any] = {
        "Collider": {"shape": "capsule", "physicsMaterial": SLIPPERY},
        "RigidBody": {"constraints": {"freezeRotation": True}},
        **script("Content/Scripts/Walker.ts", "Walker"),
    }
    ground = {**CUBE, "Collider": {"physicsMaterial": SLIPPERY}}
    return level(
        entity("player", player, (0, 2, 0)),
        entity("eye", {"Camera": {"isMain": True}}, (0, 0.8, 0), parentId="player"),
        entity("ground", ground, scale=(50, 1, 50)),
        entity("ahead", CUBE, (0, 1, -6)),
        settings=LEFT,
    )


async def seen_at(game: Playing, name: str) -> list[float]:
    """Where an entity is in the picture, from -1 to 1."""
    found: list[float] = await game.page.evaluate(
        """name => {
          const { game } = AethelPlayer;
          AethelPlayer.draw();
          const at = game.scene.find(name).worldPosition().project(game.camera.threeCamera);
          return [at.x, at.y];
        }""",
        name,
    )
    return found


async def settled(game: Playing) -> None:
    """Take the clock, and let what falls come to rest."""
    await game.drive()
    await game.steps(90)


async def hold(game: Playing, *keys: str, frames: int) -> None:
    """Hold keys for so many frames."""
    for key in keys:
        await game.page.keyboard.down(key)
    await game.steps(frames)
    for key in keys:
        await game.page.keyboard.up(key)
    await game.steps(1)


@pytest.mark.parametrize(
    ("keys", "moved"),
    [
        (("w",), (0, -8)),
        (("w", "Shift"), (0, -12)),
        (("d",), (8, 0)),
        (("w", "d"), (8 * math.sqrt(0.5), -8 * math.sqrt(0.5))),
    ],
)
async def test_a_walker_walks_ahead_and_aside(
    play: Callable[..., Awaitable[Playing]], keys: tuple[str, ...], moved: tuple[float, float]
) -> None:
    """Eight metres a second whichever way, half as much again with Shift; ahead is -z of three."""
    game = await walking(play)
    await settled(game)
    assert (await game.position("player"))[1] == pytest.approx(1.5, abs=0.02)
    await hold(game, *keys, frames=60)
    x, _, z = await game.position("player")
    assert (x, z) == pytest.approx(moved, abs=0.25)
    assert game.troubles.seen == []


async def walking(play: Callable[..., Awaitable[Playing]]) -> Playing:
    """The first person's game."""
    return await play(
        scenes={"main": first_person()},
        scripts={"Content/Scripts/Walker.ts": WALKER},
        game={"input": INPUT},
    )


async def test_a_walker_jumps_once_and_lands(play: Callable[..., Awaitable[Playing]]) -> None:
    """An impulse of 10 on 1 kg against 20 m/s²: 2.5 m up, down after a second; none in the air."""
    game = await walking(play)
    await settled(game)
    await game.page.keyboard.press("Space")
    track = []
    for frame in range(75):
        await game.steps(1)
        if frame == 20:
            await game.page.keyboard.press("Space")
        track.append((await game.position("player"))[1])
    assert max(track) == pytest.approx(4.0, abs=0.15)
    landed = next(frame for frame in range(30, 75) if track[frame] < 1.52)
    assert landed / 60 == pytest.approx(1.0, abs=0.05)
    assert track[-1] == pytest.approx(1.5, abs=0.02)


async def test_the_mouse_turns_the_view(play: Callable[..., Awaitable[Playing]]) -> None:
    """To the right by 0.1 degrees a pixel and sensitivity, up by as much, and never over 85."""
    game = await walking(play)
    await settled(game)
    assert await seen_at(game, "ahead") == pytest.approx([0, -0.375], abs=0.02)
    await game.page.mouse.move(300, 200)
    await game.steps(1)
    await game.page.evaluate(
        """() => {
          const to = AethelPlayer.canvas;
          to.dispatchEvent(new PointerEvent("pointermove", { movementX: 150, button: -1 }));
          AethelPlayer.step(1 / 60);
        }"""
    )
    yaw = "AethelPlayer.game.scene.find('player').rotation.y * 180 / Math.PI"
    before = await game.page.evaluate(yaw)
    assert await game.page.evaluate(yaw) == pytest.approx(before)
    x, y = await seen_at(game, "ahead")
    assert x < -0.4
    assert y < -0.37
    await game.page.evaluate(
        """() => {
          const to = AethelPlayer.canvas;
          to.dispatchEvent(new PointerEvent("pointermove", { movementY: -2000, button: -1 }));
          AethelPlayer.step(1 / 60);
        }"""
    )
    up = "new Float32Array(AethelPlayer.game.scene.find('eye').forward().toArray())[1]"
    assert await game.page.evaluate(up) == pytest.approx(math.sin(math.radians(85)), abs=1e-4)


async def test_the_cursor_is_locked_by_the_next_click(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Browsers want one; and again by a later one, when it was let go meanwhile."""
    game = await walking(play)
    # Let go at once: a browser without windows reports movements of its own while it is locked.
    await game.page.evaluate(
        """() => {
          globalThis.locks = 0;
          document.addEventListener("pointerlockchange", () => {
            if (document.pointerLockElement !== AethelPlayer.canvas) return;
            globalThis.locks += 1;
            document.exitPointerLock();
          });
        }"""
    )
    for number in (1, 2):
        await game.page.mouse.click(300, 200)
        await game.until(f"globalThis.locks === {number} && !document.pointerLockElement")
    assert game.troubles.seen == []


async def test_turning_does_not_slow_a_walker_down(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Who turns a body every frame leaves it where its steps have brought it."""
    spin = """
      import { Component, RigidBody } from "@aethel/core";
      export class Spin extends Component {
        turn = 0;
        private body: RigidBody;
        onStart() { this.body = this.getComponent(RigidBody); }
        onUpdate() {
          this.body.velocity = { x: 6, y: 0, z: 0 };
          this.transform.rotation.y = this.turn += 7;
        }
      }"""
    body = {"RigidBody": {"useGravity": False}, "Collider": {}, **script("spin.ts", "Spin")}
    scene = level(
        entity("eye", {"Camera": {"isMain": True}}, (0, 0, 9)),
        entity("top", body),
        settings={"handedness": "left", "physics": {"fixedTimestep": 0.02}},
    )
    game = await play(scenes={"main": scene}, scripts={"scripts/spin.ts": spin})
    await game.drive()
    await game.steps(61)
    assert (await game.position("top"))[0] == pytest.approx(6, abs=0.15)


def platformer() -> dict[str, Any]:
    """A hero of the plane, a ground with its top at 0.5, a ledge with its top at 3."""
    hero: dict[str, Any] = {
        **CUBE,
        "Collider": {"physicsMaterial": SLIPPERY},
        "RigidBody": {"planar": True},
        **script("Runner"),
    }
    solid = {**CUBE, "Collider": {"physicsMaterial": SLIPPERY}}
    return level(
        entity("eye", {"Camera": {"isMain": True}}, (0, 3, 12)),
        entity("sun", {"Light": {"type": "directional", "target": [0, 0, 0]}}, (0, 9, 9)),
        entity("hero", hero, (0, 2, 0)),
        entity("ground", solid, scale=(20, 1, 1)),
        entity("ledge", solid, (5, 2.5, 0), scale=(3, 1, 1)),
        settings={**LEFT, "physics": {"gravity": [0, -30, 0], "fixedTimestep": 1 / 60}},
    )


async def test_a_runner_of_the_plane_leaps_and_turns(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """6 m/s aside; 3.75 m up, less where Jump is let go; mirrored by its scale, and still solid."""
    game = await play(
        scenes={"main": platformer()},
        scripts={"scripts/Runner.ts": RUNNER},
        game={"input": INPUT},
    )
    await settled(game)
    assert await game.position("hero") == pytest.approx([0, 1.0, 0], abs=0.02)
    tops = []
    for frames in (60, 6):
        await game.page.keyboard.down("Space")
        track = []
        for frame in range(75):
            if frame == frames:
                await game.page.keyboard.up("Space")
            await game.steps(1)
            track.append((await game.position("hero"))[1])
        await game.page.keyboard.up("Space")
        await game.steps(2)
        tops.append(max(track) - 1)
    assert tops == pytest.approx([3.75, 1.95], abs=0.2)
    bright = await brightness(game)
    await hold(game, "a", frames=30)
    x, y, z = await game.position("hero")
    assert (x, y, z) == pytest.approx((-3, 1.0, 0), abs=0.15)
    scale = "AethelPlayer.game.scene.find('hero').scale.x"
    assert await game.page.evaluate(scale) == -1
    await hold(game, "d", frames=30)
    await hold(game, "a", frames=1)
    assert await brightness(game) == pytest.approx(bright, abs=12)
    assert game.troubles.seen == []


async def brightness(game: Playing) -> float:
    """Of the hero's face, 0 to 255."""
    value: float = await game.page.evaluate(
        """() => {
          const { game } = AethelPlayer;
          AethelPlayer.draw();
          const { canvas } = AethelPlayer;
          const at = game.scene.find("hero").worldPosition().project(game.camera.threeCamera);
          const copy = document.createElement("canvas");
          [copy.width, copy.height] = [canvas.width, canvas.height];
          const context = copy.getContext("2d");
          context.drawImage(canvas, 0, 0);
          const x = ((at.x + 1) / 2) * canvas.width, y = ((1 - at.y) / 2) * canvas.height;
          return context.getImageData(x, y, 1, 1).data[1];
        }"""
    )
    return value


async def test_a_wall_is_touched_from_its_side(play: Callable[..., Awaitable[Playing]]) -> None:
    """Normals lead away from the other one, in the axes of the scripts, whichever side it is on."""
    ball = """
      import { Component, RigidBody } from "@aethel/core";
      const seen: any[] = ((globalThis as any).seen = []);
      export class Ball extends Component {
        to = { x: 0, y: 0, z: 0 };
        onStart() { this.getComponent(RigidBody).velocity = this.to; }
        onCollisionEnter(hit: Collision) {
          const { x, y, z } = hit.normal;
          seen.push([hit.name, ...[x, y, z].map((part) => Math.round(part) + 0)]);
        }
      }"""
    shape: dict[str, Any] = {
        "Collider": {"shape": "sphere"},
        "RigidBody": {"useGravity": False},
    }
    balls = [
        entity(name, {**shape, **script("Ball", to=to)}, at)
        for name, to, at in (
            ("right", {"x": 6, "y": 0, "z": 0}, (-3, 0, 0)),
            ("ahead", {"x": 0, "y": 0, "z": 6}, (0, 0, 3)),
            ("down", {"x": 0, "y": -6, "z": 0}, (0, 3, 0)),
        )
    ]
    scene = level(
        entity("eye", {"Camera": {"isMain": True}}, (0, 0, 9)),
        entity("block", {"Collider": {}}),
        *balls,
        settings=LEFT,
    )
    game = await play(scenes={"main": scene}, scripts={"scripts/Ball.ts": ball})
    await game.drive()
    await game.page.evaluate("globalThis.seen.length = 0")
    await game.steps(60)
    seen = await game.page.evaluate("globalThis.seen")
    assert sorted(seen) == [["block", -1, 0, 0], ["block", 0, 0, -1], ["block", 0, 1, 0]]


async def test_actions_are_held_once_by_keys_mouse_and_gamepad(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """The right button without a menu of the browser, both buttons together, the game's Escape."""
    said: list[str] = []
    scene = level(
        entity("eye", {"Camera": {"isMain": True}}, (0, 0, 9)),
        *(
            entity(name, script("Lamps", f"{name}Lamp"), (index, 0, 0))
            for index, name in enumerate(("Fire", "Aim", "Menu"))
        ),
        settings=LEFT,
    )
    actions = {
        "Fire": ["mouse:0", "gamepad:7"],
        "Aim": ["mouse:2", "gamepad:6"],
        "Menu": ["Escape", "gamepad:9"],
    }
    game = await play(
        scenes={"main": scene},
        scripts={"scripts/Lamps.ts": LAMPS},
        game={"input": {"actions": actions}},
    )
    game.page.on("console", lambda message: said.append(message.text))
    await game.drive()
    pad = """down => {
      const buttons = Array.from({ length: 17 }, () => ({ pressed: false, value: 0 }));
      for (const button of down) buttons[button] = { pressed: true, value: 1 };
      const one = { id: "test", connected: true, axes: [0, 0, 0, 0], buttons };
      navigator.getGamepads = () => [one];
      AethelPlayer.step(1 / 60);
    }"""
    menus = await game.page.evaluate(
        """() => {
          globalThis.menus = 0;
          const count = (event) => { globalThis.menus += !event.defaultPrevented; };
          addEventListener("contextmenu", count);
          return globalThis.menus;
        }"""
    )
    assert menus == 0
    await game.page.mouse.move(320, 180)
    await game.page.mouse.down(button="right")
    await game.steps(2)
    await game.page.mouse.down(button="left")
    await game.steps(2)
    assert [(await game.position(name))[1] for name in ("Fire", "Aim", "Menu")] == [1, 1, 0]
    await game.page.evaluate(pad, [7])
    await game.page.mouse.up(button="left")
    await game.steps(2)
    await game.page.mouse.up(button="right")
    await game.page.evaluate(pad, [])
    await game.steps(2)
    await hold(game, "Escape", frames=2)
    pressed = ["Aim down", "Fire down", "Fire up", "Aim up"]
    assert said == [*pressed, "Menu down", "Menu up"]
    assert await game.page.evaluate("globalThis.menus") == 0
    assert not await game.page.evaluate("AethelPlayer.game.pauses.paused")


async def test_components_find_each_other_and_time_passes(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Children, scripts by their class, what is absent, timers; the scene sets fields."""
    scripts = {
        "scripts/Weapon.ts": """
          import { AudioSource, Component, ParticleSystem } from "@aethel/core";
          export abstract class Weapon extends Component {
            rounds = 30;
            protected abstract kick(): string;
            async reload() { await Time.delay(0.5); this.rounds = 30; }
          }
          export class Rifle extends Weapon {
            kick() { return "rifle"; }
            onStart() {
              const seen = (globalThis as any).seen = {} as any;
              seen.sound = this.getComponent(AudioSource);
              seen.flash = this.getComponentInChildren(ParticleSystem) !== null;
              seen.parent = this.getComponent(Weapon) === this;
              seen.rounds = this.rounds;
              seen.time = Time.time;
              this.getComponentInChildren(ParticleSystem).emit(3);
              this.rounds = 0;
              void this.reload().then(() => (seen.reloaded = Time.time));
            }
          }""",
    }
    scene = level(
        entity("eye", {"Camera": {"isMain": True}}, (0, 0, 9)),
        entity("gun", script("Weapon", "Rifle", rounds=7)),
        entity("muzzle", {"ParticleSystem": {"emissionRate": 0}}, parentId="gun"),
        settings=LEFT,
    )
    game = await play(scenes={"main": scene}, scripts=scripts)
    await game.drive()
    for _ in range(40):
        await game.steps(1)  # one at a time: promises resolve between two frames
    seen: Mapping[str, Any] = await game.page.evaluate("globalThis.seen")
    assert (seen["sound"], seen["flash"], seen["parent"], seen["rounds"]) == (None, True, True, 7)
    assert seen["reloaded"] - seen["time"] == pytest.approx(0.5, abs=0.02)
    count = "AethelPlayer.game.scene.find('muzzle').particles.count"
    assert await game.page.evaluate(count) == 3


async def test_an_export_that_is_not_there_is_named(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """With the file, and with what it does export."""
    scene = level(
        entity("eye", {"Camera": {"isMain": True}}, (0, 0, 9)), entity("a", script("Lamps", "Nope"))
    )
    game = await play(scenes={"main": scene}, scripts={"scripts/Lamps.ts": LAMPS})
    await game.until("AethelPlayer.problems.length")
    problem = (await game.problems())[0]
    assert "scripts/Lamps.ts" in problem
    assert "“Nope”" in problem
    assert "FireLamp" in problem
