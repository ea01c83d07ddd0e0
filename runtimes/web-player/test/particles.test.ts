import assert from "node:assert/strict";
import { test } from "node:test";
import { EmissionRate, makeParticle } from "../src/components/particles/emitter";
import { isPresetName, motionOf } from "../src/components/particles/presets";
import { Random } from "../src/core/random";

test("over a second as many are born as the rate says, whatever the frames are", () => {
  for (const frames of [7, 60, 144]) {
    const rate = new EmissionRate();
    let born = 0;
    for (let i = 0; i < frames; i++) born += rate.take(100, 1 / frames);
    assert.ok(Math.abs(born - 100) <= 1, `${born} at ${frames}`);
  }
});

test("particles are born within their preset's disc, cone and ranges, the same ones for the same seed", () => {
  const motion = { ...motionOf("default"), radius: 0.5, spread: 30, speed: { min: 2, max: 3 } };
  const sizes = { lifetime: { min: 1, max: 3 }, startSize: { min: 1, max: 2 }, endSize: { min: 0, max: 0 } };
  const [random, again] = [new Random(3), new Random(3)];
  for (let i = 0; i < 500; i++) {
    const one = makeParticle(random, motion, sizes);
    assert.deepEqual(one, makeParticle(again, motion, sizes));
    const speed = Math.hypot(...one.velocity);
    assert.ok(speed >= 2 - 1e-9 && speed <= 3 + 1e-9);
    assert.ok(one.velocity[1] / speed >= Math.cos((30 * Math.PI) / 180) - 1e-9);
    assert.ok(Math.hypot(one.offset[0], one.offset[2]) <= 0.5 && one.offset[1] === 0);
    assert.ok(one.life >= 1 && one.life <= 3 && one.startSize >= 1 && one.startSize <= 2);
  }
});

test("an unknown preset moves like the default one", () => {
  assert.deepEqual(
    [isPresetName("fire"), isPresetName("toString"), motionOf("nope")],
    [true, false, motionOf("default")],
  );
});
