import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Quaternion, Vector3 as ThreeVector3 } from "three";
import { Component } from "../src/api/core/module";
import { transformOf } from "../src/api/core/transform";
import { Vector3 } from "../src/api/core/vector";
import type { Entity } from "../src/scene/entity";
import { exportOf } from "../src/scripts/dialects";
import { Script, construct } from "../src/scripts/script";
import { play } from "./playing";

async function entityIn(t: TestContext, handedness: string): Promise<Entity> {
  return (await play(t, {}, [], { handedness })).scene.create({ position: { x: 1, y: 2, z: 3 } });
}

const rounded = ({ x, y, z }: { x: number; y: number; z: number }): number[] =>
  [x, y, z].map((value) => Math.round(value * 1e6) / 1e6 + 0);

test("scripts of a left-handed scene see +z ahead, and write it back so", async (t) => {
  const entity = await entityIn(t, "left");
  const { position, scale } = transformOf(entity);
  assert.deepEqual(rounded(position), [1, 2, -3]);
  position.z += 5;
  position.x = -1;
  scale.x *= -1;
  assert.deepEqual(
    [rounded(entity.position), rounded(entity.scale)],
    [
      [-1, 2, -2],
      [-1, 1, 1],
    ],
  );
  transformOf(entity).position = { x: 0, y: 0, z: 7 };
  assert.deepEqual(rounded(entity.position), [0, 0, -7]);
});

test("a positive yaw turns right, a positive pitch looks down, and forward is ahead", async (t) => {
  const transform = transformOf(await entityIn(t, "left"));
  assert.deepEqual(
    [rounded(transform.forward), rounded(transform.right)],
    [
      [0, 0, 1],
      [1, 0, 0],
    ],
  );
  transform.rotation.y = 90;
  assert.deepEqual(
    [rounded(transform.forward), rounded(transform.right)],
    [
      [1, 0, 0],
      [0, 0, -1],
    ],
  );
  transform.rotation = { x: 90, y: 0, z: 0 };
  assert.deepEqual(rounded(transform.forward), [0, -1, 0]);
});

test("angles stay as they were written, beyond a full turn, until something else turns the entity", async (t) => {
  const entity = await entityIn(t, "left");
  const { rotation } = transformOf(entity);
  for (let step = 0; step < 50; step++) rotation.x += 10;
  rotation.y = 725;
  assert.deepEqual(rounded(rotation), [500, 725, 0]);
  entity.quaternion.copy(new Quaternion().setFromAxisAngle(new ThreeVector3(0, 1, 0), -Math.PI / 6));
  assert.deepEqual(rounded(rotation), [0, 30, 0]);
});

test("scripts of other scenes see the scene's own axes", async (t) => {
  const transform = transformOf(await entityIn(t, "right"));
  assert.deepEqual(
    [rounded(transform.position), rounded(transform.forward)],
    [
      [1, 2, 3],
      [0, 0, -1],
    ],
  );
});

test("operations give new vectors, and nothing has no direction", () => {
  const vector = new Vector3(3, 0, 4);
  assert.deepEqual(
    [vector.normalize().multiply(10).add({ x: 0, y: 1, z: 0 }), vector],
    [new Vector3(6, 1, 8), new Vector3(3, 0, 4)],
  );
  assert.deepEqual(new Vector3().normalize(), new Vector3());
});

test("what runs is the export that is named, else the default one, else the only script class", () => {
  class Lamp extends Component {}
  class Fan extends Component {}
  class Door extends Script {}
  const helper = (): number => 1;
  assert.equal(exportOf({ Lamp, Fan }, "Fan"), Fan);
  assert.equal(exportOf({ default: Door, Lamp }, ""), Door);
  assert.equal(exportOf({ helper, Lamp, LIMIT: 3 }, ""), Lamp);
  assert.equal(exportOf({ Door, helper }, ""), Door);
  assert.deepEqual([exportOf({ Lamp, Fan }, ""), exportOf({ update: helper }, "")], [undefined, undefined]);
});

test("a component is made for its entity alone", async (t) => {
  class Lamp extends Component {}
  assert.throws(() => new Lamp(), /made by the player/);
  const entity = await entityIn(t, "left");
  const lamp = construct(Lamp, { entity, properties: {} });
  assert.deepEqual(rounded(lamp.transform.position), [1, 2, -3]);
});
