"""Scripts that extend ``GameScript``, of the engine's own game loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.player.assembling import FLOOR, entity, level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

EYE = entity("eye", {"Camera": {"isMain": True}}, (0, 1, 6))
TURNER = """
import { GameScript, getWorld } from "@/lib/game-engine-core";
import type { TransformComponent } from "@/lib/game-engine-core";

export class Turner extends GameScript {
  rate = 1;
  log: string[] = [];

  awake(): void { this.log.push("awake"); }

  start(): void {
    this.log.push("start");
    console.log(this.log.join(" "), this.findEntitiesWithTag("toy").length);
  }

  update(dt: number): void {
    const place = this.getComponent<TransformComponent>("transform")!;
    place.rotation.y += this.rate * dt;
    place.position.x = getWorld().input.getAxis("Horizontal");
  }
}
"""
WATCHER = """
import { GameScript, getWorld } from "@/lib/game-engine";

export class Watcher extends GameScript {
  seen: string[] = ((globalThis as any).seen = []);
  stays = 0;

  onCollisionEnter(other, contact) {
    const [up, hard] = [contact.normal.y > 0.9, contact.impulse > 0];
    this.seen.push(`enter ${other.name} ${up} ${hard}`);
  }
  onCollisionStay() { this.stays += 1; }
  onCollisionExit(other) { this.seen.push(`exit ${other.name} ${this.stays > 5}`); }
  onTriggerEnter(other) { this.seen.push(`into ${other.name}`); }
  onDestroy() { this.seen.push("gone"); }

  update(): void {
    const { keysDown, keysUp } = getWorld().input;
    if (keysDown.has("KeyJ")) (this.getComponent("rigidbody") as any).velocity.y = 6;
    if (keysUp.has("KeyJ")) this.seen.push("let go");
    if (keysDown.has("KeyM")) {
      this.seen.push(this.instantiate("Coin", { x: 1, y: 2, z: 3 } as any).name);
    }
    if (keysDown.has("KeyX")) this.destroy(this.findEntity("Coin"), 0.2);
    if (keysDown.has("KeyQ")) this.destroy();
  }
}
"""


async def test_a_game_script_turns_and_follows_the_keys(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Radians, right-handed; the named export runs without a default one; the scene sets fields."""
    said: list[str] = []
    toy: dict[str, Any] = {
        "MeshRenderer": {"meshId": "primitive:box"},
        "Script": {"scriptId": "Turner", "properties": {"rate": 2}},
    }
    game = await play(
        scenes={"main": level(EYE, entity("box", toy, tags=["toy"]))},
        scripts={"scripts/Turner.ts": TURNER},
    )
    game.page.on("console", lambda message: said.append(message.text))
    await game.drive()
    await game.steps(60, 0.785 / 60)
    turned = await game.page.evaluate("AethelPlayer.game.scene.find('box').rotation.y")
    assert turned == pytest.approx(1.57, abs=1e-3)
    assert "awake start 1" in said
    for keys, x in ((("d",), 1), (("ArrowLeft",), -1), (("a", "d"), 0), ((), 0)):
        for key in keys:
            await game.page.keyboard.down(key)
        await game.steps(1)
        assert (await game.position("box"))[0] == x
        for key in keys:
            await game.page.keyboard.up(key)
    assert game.troubles.seen == []


async def test_a_game_script_is_told_of_contacts_keys_and_ends(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Enter, stay and exit; keys of one frame; prefabs; what is destroyed, at once or later."""
    ball: dict[str, Any] = {
        "Collider": {"shape": "sphere"},
        "RigidBody": {},
        "Script": {"scriptId": "Watcher"},
    }
    gate: dict[str, Any] = {"Collider": {"isTrigger": True, "size": [4, 0.5, 4]}}
    coin = {"id": "c", "name": "Coin", "rootEntityId": "Coin", "entities": [entity("Coin")]}
    scene = level(
        EYE, FLOOR, entity("ball", ball, (0, 1, 0)), entity("gate", gate, (0, 3, 0)), prefabs=[coin]
    )
    game = await play(scenes={"main": scene}, scripts={"scripts/Watcher.ts": WATCHER})
    await game.drive()
    await game.steps(60)
    for key, frames in (("j", 40), ("m", 1), ("x", 20), ("q", 2)):
        await game.page.keyboard.press(key)
        await game.steps(frames)
    seen = await game.page.evaluate("globalThis.seen")
    assert seen[0] == "enter floor true true"
    assert seen[1:4] == ["let go", "exit floor true", "into gate"]
    assert seen[-2:] == ["Coin", "gone"]
    assert await game.page.evaluate("AethelPlayer.game.scene.find('Coin')") is None
    assert game.troubles.seen == []
