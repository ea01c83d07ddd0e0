import assert from "node:assert/strict";
import { test } from "node:test";
import { earliestFrame, frameTime, pictureTimes } from "../src/times";

const at = (fpsNum: number, fpsDen: number, startS = 0, subframes = 1, shutter = 0.5) => ({
  ...{ fpsNum, fpsDen, startS, subframes, shutter },
});

test("frames do not drift", () => {
  const ntsc = at(30000, 1001);
  assert.equal(frameTime(ntsc, 30000), 1001);
  assert.equal(frameTime(ntsc, 3_000_000), 100_100);
  assert.equal(frameTime(at(60, 1, 2.5), 3), 2.5 + 3 / 60);
});

test("the way to the film begins in its first frame's length, never before the game", () => {
  for (const fps of [1, 24, 25, 60, 119.88])
    for (const startS of [0, 0.001, 1 / 3, 1, 7.77, 59.999]) {
      const times = at(Math.round(fps * 1000), 1000, startS);
      const first = frameTime(times, earliestFrame(times));
      assert.ok(first >= 0 && first < 1 / fps + 1e-9, `${startS} at ${fps}: ${first}`);
      assert.ok(earliestFrame(times) <= 0);
      assert.equal(frameTime(times, 0), startS);
    }
});

test("pictures of a frame lie within the shutter's time", () => {
  assert.deepEqual(pictureTimes(at(10, 1, 1), 2), [1.2]);
  const four = pictureTimes(at(10, 1, 0, 4, 0.5), 1);
  assert.deepEqual(
    four.map((time) => Math.round(time * 1e6) / 1e6),
    [0.1, 0.1125, 0.125, 0.1375],
  );
});
