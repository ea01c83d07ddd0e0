import assert from "node:assert/strict";
import { test } from "node:test";
import { holds, parametersOf, next, readController, type Parameter } from "../src/components/animation/controller";

const conditions = (values: Record<string, Parameter> = {}, finished = false) => ({
  parameters: new Map(Object.entries(values)),
  finished,
});

test("conditions compare, negate, and bind && before ||", () => {
  const values = conditions({ speed: 2, grounded: true, dead: false });
  const cases: [string, boolean][] = [
    ["speed > 1", true],
    ["speed >= 2 && grounded", true],
    ["speed<1||grounded", true],
    ["dead && grounded || speed == 2", true],
    ["!dead", true],
    ["grounded == false", false],
    ["speed != 2", false],
    ["missing > 0", false],
    ["finished", false],
    ["alert(1)", false],
    ["", false],
  ];
  for (const [when, expected] of cases) assert.equal(holds(when, values), expected, when);
  assert.ok(holds("finished && speed > 1", conditions({ speed: 2 }, true)));
  assert.deepEqual(parametersOf("a > 1 && !b_2"), ["a", "b_2"]);
});

test("the first transition that holds is taken; * means any other state", () => {
  const controller = readController({
    states: [{ name: "idle" }, { name: "run", clip: "Run", speed: 2 }, { name: "die", loop: false }],
    transitions: [
      { from: "*", to: "die", when: "dead", fade: 0 },
      { from: "idle", to: "run", when: "speed > 0.1" },
      { from: "run", to: "idle", when: "speed <= 0.1" },
    ],
  });
  assert.deepEqual(
    [controller.start, controller.states[1], controller.states[0]?.loop, controller.states[2]?.loop],
    ["idle", { name: "run", clip: "Run", loop: true, speed: 2 }, true, false],
  );
  assert.equal(next(controller, "idle", conditions({ speed: 1 }))?.to, "run");
  assert.equal(next(controller, "run", conditions({ speed: 1 })), null);
  assert.equal(next(controller, "run", conditions({ speed: 1, dead: true }))?.fade, 0);
  assert.equal(next(controller, "die", conditions({ dead: true })), null);
});
