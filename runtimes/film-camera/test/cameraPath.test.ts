import assert from "node:assert/strict";
import { test } from "node:test";
import { CameraPath } from "../src/engine/cameraPath";

const key = (t: number, x: number, more: object = {}) => ({ t, position: [x, 1, 5], target: [x, 0, 0], ...more });
const read = (path: object) => CameraPath.read(JSON.stringify(path), "path.json");

test("a path passes through its keys and rests beyond them", () => {
  for (const ease of ["smooth", "linear"]) {
    const path = read({ ease, keys: [key(1, 0), key(2, 4, { fov: 30 }), key(4, -3)] });
    for (const [t, x] of [
      [0, 0],
      [1, 0],
      [2, 4],
      [4, -3],
      [9, -3],
    ] as const)
      assert.deepEqual(path.at(t).position, [x, 1, 5]);
    assert.equal(path.at(2).fov, 30);
  }
});

test("linear paths are straight, smooth ones keep a steady speed as it is", () => {
  const keys = [key(0, 0), key(1, 1), key(3, 3), key(4, 4)];
  for (const ease of ["smooth", "linear"]) {
    const path = read({ ease, keys });
    for (let t = 0; t <= 4; t += 0.125) assert.ok(Math.abs(path.at(t).position[0] - t) < 1e-12);
  }
});

test("a smooth path has no corner at a key", () => {
  const path = read({ keys: [key(0, 0), key(1, 3), key(1.5, 1), key(4, 2)] });
  for (const t of [1, 1.5]) {
    const speed = (from: number, to: number) =>
      ((path.at(to).position[0] as number) - (path.at(from).position[0] as number)) / (to - from);
    assert.ok(Math.abs(speed(t - 1e-6, t) - speed(t, t + 1e-6)) < 1e-3);
  }
});

test("what is wrong with a path is said, with its place", () => {
  const wrong: [object | string, RegExp][] = [
    ["{", /path\.json: is no JSON/],
    [{}, /has no “keys”/],
    [{ keys: [] }, /has no “keys”/],
    [{ keys: [key(0, 0)], ease: "bounce" }, /“ease” is smooth or linear/],
    [{ keys: [key(0, 0), key(0, 1)] }, /keys\[1\]: “t” has to be later/],
    [{ keys: [{ t: 0, position: [0, 0], target: [0, 0, 0] }] }, /keys\[0\]: “position”/],
    [{ keys: [{ t: 0, position: [0, 0, 0], target: [0, 0, 0] }] }, /“target” is where “position” is/],
    [{ keys: [key(0, 0, { fov: 180 })] }, /“fov”/],
  ];
  for (const [path, told] of wrong)
    assert.throws(() => CameraPath.read(typeof path === "string" ? path : JSON.stringify(path), "path.json"), told);
});
