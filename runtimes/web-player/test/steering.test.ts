import assert from "node:assert/strict";
import { test } from "node:test";
import { Route } from "../src/components/steering/route";
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

test("a route is followed corner by corner, and is as long as what is left of it", () => {
  const place = (x: number, z: number): { x: number; y: number; z: number } => ({ x, y: 0, z });
  const route = new Route([place(0, 0), place(4, 0), place(4, 3)], place(4, 3));
  assert.deepEqual([route.next(place(0.1, 0), 0.2), route.lengthFrom(place(1, 0))], [place(4, 0), 6]);
  assert.deepEqual(route.next(place(4, 3), 0.2), place(4, 0), "a corner that was not passed is still ahead");
  assert.deepEqual([route.next(place(4, 0), 0.2), route.next(place(4, 3), 0.2)], [place(4, 3), place(4, 3)]);
  assert.deepEqual([route.isStale(place(4.2, 3)), route.isStale(place(5, 3))], [false, true]);
  assert.ok(!new Route(null, place(1, 1)).found);
});
