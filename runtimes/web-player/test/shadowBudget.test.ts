import assert from "node:assert/strict";
import { test } from "node:test";
import { Vector3 } from "three";
import { choose, sharesOf } from "../src/game/shadowBudget";

const ORIGIN = new Vector3();

const lamp = (name: string, importance: number, castsShadow = false) => ({
  name,
  castsShadow,
  importance: () => importance,
});

test("where there is room for all, all cast shadows", () => {
  assert.deepEqual(sharesOf([1, 4, 5], 10), [1, 4, 5]);
  assert.deepEqual(sharesOf([0, 0, 3], Infinity), [0, 0, 3]);
});

test("directional lights come first, spots and points share the rest by how many there are", () => {
  assert.deepEqual(sharesOf([2, 10, 30], 14), [2, 3, 9]);
  assert.deepEqual(sharesOf([5, 3, 3], 4), [4, 0, 0]);
  assert.deepEqual(sharesOf([0, 1, 99], 0), [0, 0, 0]);
});

test("no share is larger than the room or what asks for it, whatever the numbers", () => {
  for (let directional = 0; directional < 6; directional++)
    for (let spots = 0; spots < 12; spots++)
      for (let points = 0; points < 12; points++)
        for (let room = 0; room < 20; room++) {
          const counts = [directional, spots, points] as const;
          const shares = sharesOf(counts, room);
          const sum = shares.reduce((whole, share) => whole + share);
          assert.equal(sum, Math.min(room, directional + spots + points));
          shares.forEach((share, kind) => assert.ok(share >= 0 && share <= (counts[kind] as number)));
        }
});

test("those that matter most are chosen, and one that casts a shadow is replaced by a clearly better one alone", () => {
  const [far, near, nearer] = [lamp("far", 1), lamp("near", 4, true), lamp("nearer", 4.5)];
  assert.deepEqual([...choose([far, near, nearer], 1, ORIGIN)], [near]);
  assert.deepEqual(
    [...choose([far, near, lamp("nearest", 6)], 1, ORIGIN)].map(({ name }) => name),
    ["nearest"],
  );
  assert.deepEqual([...choose([far, near, nearer], 3, ORIGIN)], [far, near, nearer]);
});
