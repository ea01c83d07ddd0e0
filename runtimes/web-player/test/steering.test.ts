import assert from "node:assert/strict";
import { test } from "node:test";
import { approach, arrivalSpeed, freeDirection, separation } from "../src/components/steering/steering";

const EAST = { x: 1, z: 0 };

test("the way is straight when it is free, else the smallest turn that is", () => {
  assert.deepEqual(
    freeDirection(EAST, () => true),
    EAST,
  );
  const around = freeDirection(EAST, ({ x }) => x < 0.7);
  assert.ok(around && Math.abs(around.x - Math.cos((60 * Math.PI) / 180)) < 1e-9);
  assert.equal(
    freeDirection(EAST, () => false),
    null,
  );
});

test("agents push each other away only when near, even from one place", () => {
  const me = { x: 0, z: 0, radius: 0.5 };
  assert.deepEqual(separation(me, [{ x: 2, z: 0, radius: 0.5 }]), { x: 0, z: 0 });
  assert.ok(separation(me, [{ x: 0.8, z: 0, radius: 0.5 }]).x < 0);
  assert.ok(separation(me, [{ ...me }]).x > 0);
});

test("speed changes by the acceleration and ends at the goal", () => {
  assert.deepEqual(approach({ x: 0, z: 0 }, { x: 3, z: 4 }, 2.5), { x: 1.5, z: 2 });
  assert.deepEqual(approach({ x: 1, z: 0 }, EAST, 1), EAST);
  assert.deepEqual([arrivalSpeed(100, 3.5, 8), arrivalSpeed(1, 10, 8), arrivalSpeed(0, 3, 8)], [3.5, 4, 0]);
});
