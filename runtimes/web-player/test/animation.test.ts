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
  assert.deepEqual(parametersOf({ when: "a > 1 && !b_2", conditions: [] }), ["a", "b_2"]);
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
    ["idle", { name: "run", clip: "Run", loop: true, speed: 2, fadeIn: null, fadeOut: null }, true, false],
  );
  assert.equal(next(controller, "idle", conditions({ speed: 1 }))?.to, "run");
  assert.equal(next(controller, "run", conditions({ speed: 1 })), null);
  assert.equal(next(controller, "run", conditions({ speed: 1, dead: true }))?.fade, 0);
  assert.equal(next(controller, "die", conditions({ dead: true })), null);
});

test("conditions in parts all have to hold, the first listed transition wins, and a state without a clip has ended", () => {
  const controller = readController({
    states: [
      { name: "Entry", clip: null },
      { name: "Rest", clip: "Idle", fadeOut: 0.4 },
      { name: "Hop", clip: "Jump", loop: false, fadeIn: 0.1 },
      { name: "Move", clip: "Slide" },
    ],
    transitions: [
      { from: "Entry", to: "Rest", finished: true, fade: 0 },
      {
        ...{ from: "Rest", to: "Hop" },
        conditions: [
          { parameter: "Speed", operator: ">", value: 0.1 },
          { parameter: "IsJumping", operator: "==", value: true },
        ],
      },
      { from: "Rest", to: "Move", conditions: [{ parameter: "Speed", operator: ">", value: 0.1 }] },
      { from: "Hop", to: "Rest", conditions: [], finished: true },
      { from: "Move", to: "Rest", conditions: [] },
    ],
  });
  const to = (from: string, values: Record<string, Parameter> = {}, finished = false): string | undefined =>
    next(controller, from, conditions(values, finished))?.to;
  assert.deepEqual([controller.start, controller.states[0]?.clip], ["Entry", null]);
  assert.deepEqual([to("Entry", {}, false), to("Entry", {}, true)], [undefined, "Rest"]);
  assert.deepEqual(
    [to("Rest"), to("Rest", { Speed: 1 }), to("Rest", { Speed: 1, IsJumping: true })],
    [undefined, "Move", "Hop"],
  );
  assert.deepEqual([to("Hop"), to("Hop", {}, true), to("Move")], [undefined, "Rest", "Rest"]);
  assert.deepEqual(
    controller.transitions.map(({ fade }) => fade),
    [0, 0.1, 0.4, 0.2, 0.2],
  );
  assert.deepEqual(parametersOf(controller.transitions[1] as never), ["Speed", "IsJumping"]);
});
