"""What scripts can do, and what happens when they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.player.assembling import CAMERA, FLOOR, SUN, entity, level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOX = {"MeshRenderer": {"meshId": "primitive:box"}}


def scripted(name: str, script: str, **properties: object) -> dict[str, object]:
    """An entity that runs a script."""
    return entity(name, {**BOX, "Script": {"scriptId": script, "properties": properties}})


async def test_a_class_and_functions_both_work(play: Callable[..., Awaitable[Playing]]) -> None:
    """Properties, start before update, fields that use the entity, the order of the hooks."""
    scripts = {
        "scripts/mover.ts": """
          import { Script, time } from "aethel";
          export default class Mover extends Script<{ speed: number }> {
            speed = this.properties.speed ?? 1;
            order: string[] = [];
            start() { this.order.push("start"); }
            fixedUpdate() { this.order.push("fixed"); }
            update(dt: number) {
              this.order.push("update");
              this.entity.position.x += this.speed * dt;
            }
            lateUpdate() { this.order.push("late"); (globalThis as any).order = this.order; }
          }""",
        "scripts/turner.js": """
          export function start(ctx) { ctx.entity.rotation.y = 1; }
          export function update(ctx, dt) { ctx.entity.rotation.y += ctx.properties.rate * dt; }
        """,
    }
    game = await play(
        scenes={
            "main": level(
                CAMERA,
                scripted("a", "mover", speed=2),
                scripted("b", "scripts/turner.js", rate=0.5),
                settings={"physics": {"fixedTimestep": 1 / 60}},
            )
        },
        scripts=scripts,
    )
    await game.drive()
    await game.steps(60)
    assert (await game.position("a"))[0] == pytest.approx(2)
    turned = await game.page.evaluate("AethelPlayer.game.scene.find('b').rotation.y")
    assert turned == pytest.approx(1.5)
    assert (await game.page.evaluate("order.slice(0, 4)")) == ["start", "fixed", "update", "late"]


async def test_a_script_that_throws_is_named_and_stopped(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """With its own file, line and column; the other scripts and the game go on."""
    scripts = {
        "scripts/good.ts": """
          import { Script } from "aethel";
          export default class Good extends Script {
            update(dt: number) { this.entity.position.x += dt; }
          }
        """,
        "scripts/enemies/bad.ts": """import { Script } from "aethel";

interface Weapon { fire(): void }

export default class Bad extends Script {
  weapon?: Weapon;
  update(): void {
    this.entity.position.y += 1;
    if (this.entity.position.y > 2) this.weapon!.fire();
  }
}
""",
    }
    game = await play(
        scenes={
            "main": level(
                CAMERA, scripted("good", "good"), scripted("bad", "scripts/enemies/bad.ts")
            )
        },
        scripts=scripts,
    )
    await game.drive()
    await game.steps(60)
    await game.until("AethelPlayer.game.problems.scripts.length")
    problem = await game.page.evaluate("AethelPlayer.game.problems.scripts[0]")
    assert (problem["file"], problem["line"], problem["column"]) == (
        "scripts/enemies/bad.ts",
        9,
        50,
    )
    assert (await game.position("bad"))[1] == 3
    assert (await game.position("good"))[0] == pytest.approx(1)
    assert "scripts/enemies/bad.ts:9:50" in await game.page.inner_text(".notes")
    assert any("scripts/enemies/bad.ts:9:50" in line for line in game.troubles.seen)


async def test_a_start_that_rejects_is_named_too(play: Callable[..., Awaitable[Playing]]) -> None:
    """An async hook fails later, and is reported as well."""
    script = """export async function start() {
  await Promise.resolve();
  throw new Error("no luck");
}
"""
    game = await play(
        scenes={"main": level(CAMERA, scripted("a", "late"))}, scripts={"scripts/late.ts": script}
    )
    await game.until("AethelPlayer.game.problems.scripts.length")
    problem = await game.page.evaluate("AethelPlayer.game.problems.scripts[0]")
    assert (problem["file"], problem["line"], problem["message"]) == (
        "scripts/late.ts",
        3,
        "no luck",
    )


async def test_prefabs_are_spawned_and_entities_destroyed(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """With their children and components, at once; what is destroyed is gone at the frame's end."""
    prefab = {
        "id": "p-coin",
        "name": "Coin",
        "rootEntityId": "root",
        "entities": [
            entity("root", {**BOX, "Script": {"scriptId": "coin"}}),
            entity("halo", {"Light": {}}, (0, 1, 0), parentId="root"),
        ],
    }
    scripts = {
        "scripts/coin.ts": """
          import { Script, scene } from "aethel";
          export default class Coin extends Script {
            value = 5;
            destroyed() { (globalThis as any).gone = scene.entities.length; }
          }""",
        "scripts/spawner.ts": """
          import { Script, scene } from "aethel";
          import Coin from "./coin";
          export default class Spawner extends Script {
            update() {
              if (scene.find("first")) return;
              const coin = scene.spawn("Coin", { position: { x: 1, y: 2, z: 3 }, name: "first" });
              const height = coin.find("halo")!.worldPosition().y;
              (globalThis as any).made = [coin.script(Coin)?.value, coin.children[0]?.name, height];
              const ball = { type: "MeshRenderer", data: { meshId: "primitive:sphere" } } as const;
              scene.create({ name: "extra", tags: ["x"], components: [ball] });
            }
          }""",
    }
    game = await play(
        scenes={"main": level(CAMERA, scripted("spawner", "spawner"), prefabs=[prefab])},
        scripts=scripts,
    )
    await game.drive()
    await game.steps(2)
    assert await game.page.evaluate("made") == [5, "halo", 3]
    assert await game.position("first") == [1, 2, 3]
    count = await game.page.evaluate(
        """() => {
          const { scene } = AethelPlayer.game;
          const before = scene.entities.length;
          const [first] = [scene.find("first")];
          first.destroy();
          const still = first.alive;
          AethelPlayer.step(1 / 60);
          return [before, still, first.alive, scene.findByTag("x").length];
        }"""
    )
    assert count == [5, True, False, 1]
    assert await game.problems() == []


async def test_a_game_moves_on_to_its_next_scene(play: Callable[..., Awaitable[Playing]]) -> None:
    """One scene ends, the other begins; state stays, the game's own layer is emptied."""
    scripts = {
        "scripts/one.ts": """
          import { game, scene, time } from "aethel";
          export function start() {
            game.state.score = 7;
            game.ui.text("old", "one");
            time.after(0.1, () => void scene.load("two"));
          }""",
        "scripts/two.ts": """
          import { game, scene } from "aethel";
          export function start() { game.ui.text("now", `${scene.name} ${game.state.score}`); }
        """,
    }
    game = await play(
        scenes={
            "main": level(CAMERA, scripted("a", "one")),
            "two": level(CAMERA, scripted("b", "two")),
        },
        scripts=scripts,
    )
    await game.page.wait_for_selector('[data-ui="now"]')
    assert await game.text("now") == "two 7"
    assert await game.page.query_selector('[data-ui="old"]') is None
    assert game.troubles.seen == []


async def test_a_save_survives_a_reload(play: Callable[..., Awaitable[Playing]]) -> None:
    """What is kept, is kept by the browser."""
    script = """
      import { save, game } from "aethel";
      export async function start() {
        const before = await save.read<{ visits: number }>("slot");
        const visits = (before?.visits ?? 0) + 1;
        const kept = await save.write("slot", { visits });
        game.ui.text("visits", `${visits} ${kept}`);
      }"""
    game = await play(
        scenes={"main": level(CAMERA, scripted("a", "visits"))},
        scripts={"scripts/visits.ts": script},
    )
    await game.page.wait_for_selector('[data-ui="visits"]')
    assert await game.text("visits") == "1 true"
    await game.page.reload()
    await game.page.wait_for_selector('[data-ui="visits"]')
    assert await game.text("visits") == "2 true"


async def test_scripts_that_import_three_share_the_players(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """One instance of it: what a script makes shows, and is what the player says it is."""
    script = """
      import { Script } from "aethel";
      import { Mesh, TorusKnotGeometry, MeshBasicMaterial, Object3D, AnimationMixer } from "three";
      export default class Knot extends Script {
        start() {
          const red = new MeshBasicMaterial({ color: 0xff0000 });
          const { object3D } = this.entity;
          object3D.add(new Mesh(new TorusKnotGeometry(1, 0.3), red));
          (globalThis as any).one = object3D instanceof Object3D && !!AnimationMixer;
        }
      }"""
    game = await play(
        scenes={"main": level(CAMERA, entity("knot", {"Script": {"scriptId": "knot"}}, (0, 2, 0)))},
        scripts={"scripts/knot.ts": script},
        variant="full",
    )
    await game.until("globalThis.one === true")
    assert game.troubles.seen == []


async def test_time_input_and_events(play: Callable[..., Awaitable[Playing]]) -> None:
    """Keys move what the action map says; timers, events and slow motion work."""
    script = """
      import { Script, input, game, time } from "aethel";
      export default class Player extends Script {
        jumps = 0;
        start() {
          game.on("jumped", (n) => game.ui.text("jumps", String(n)));
          time.every(1, () => game.ui.text("seconds", Math.round(time.now)));
        }
        update(dt: number) {
          this.entity.position.x += input.axis("moveX") * 5 * dt;
          if (input.pressed("jump")) game.emit("jumped", ++this.jumps);
        }
      }"""
    game = await play(
        scenes={"main": level(CAMERA, SUN, FLOOR, scripted("hero", "player"))},
        scripts={"scripts/player.ts": script},
    )
    await game.drive()
    await game.page.keyboard.down("ArrowRight")
    await game.steps(60)
    await game.page.keyboard.up("ArrowRight")
    await game.steps(60)
    assert (await game.position("hero"))[0] == pytest.approx(5, abs=0.1)
    for _ in range(2):
        await game.page.keyboard.press("Space")
        await game.steps(1)
    assert await game.text("jumps") == "2"
    assert await game.text("seconds") == "2"
    await game.page.evaluate("AethelPlayer.game.clock.scale = 0.5")
    await game.steps(60)
    assert await game.page.evaluate("AethelPlayer.game.clock.now") == pytest.approx(2.533, abs=0.01)
