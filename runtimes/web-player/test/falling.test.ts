import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { FallingBody } from "../src/components/FallingBody";
import type { Entity } from "../src/scene/entity";
import { play } from "./playing";

async function falling(t: TestContext, y: number, scale = 1): Promise<Entity> {
  const { scene } = await play(t, {});
  return scene.create({
    position: { x: 3, y, z: 0 },
    scale: { x: 1, y: scale, z: 1 },
    components: [{ type: "FallingBody", data: {} }],
  });
}

function pass(entity: Entity, seconds: number, frames: number): number {
  const body = entity.component(FallingBody) as FallingBody;
  for (let frame = 0; frame < frames; frame++) body.update(seconds / frames);
  return entity.position.y;
}

test("a body lands when gravity says, keeps half of its speed, and comes to rest", async (t) => {
  const cube = await falling(t, 1);
  assert.ok(pass(cube, 0.3, 18) > 0.55);
  assert.ok(Math.abs(pass(cube, 0.0028 + 0.1515, 9) - 0.6625) < 0.001, "the top of the first bounce");
  assert.equal(pass(cube, 4, 240), 0.55);
  assert.deepEqual([cube.position.x, cube.position.z, cube.component(FallingBody)?.velocity], [3, 0, 0]);
});

test("it falls alike in short frames and in long ones, and rests by its own size", async (t) => {
  const [short, long] = [await falling(t, 3, 0.5), await falling(t, 3, 0.5)];
  assert.ok(Math.abs(pass(short, 1.3, 1300) - pass(long, 1.3, 13)) < 1e-6);
  assert.ok(Math.abs(pass(long, 4, 4) - 0.3) < 1e-9);
});

test("what begins below the ground stands on it", async (t) => {
  assert.equal(pass(await falling(t, -2), 1, 1), 0.55);
});
