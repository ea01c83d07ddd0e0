import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../src/core/clock";
import { FixedSteps, mostSteps } from "../src/core/fixedSteps";
import { Random } from "../src/core/random";
import { Pauses } from "../src/core/pauses";
import { Events } from "../src/core/events";

test("the same seed gives the same numbers, another one others", () => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 5 }, () => random.next());
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

test("random numbers fill their range evenly", () => {
  const random = new Random(1);
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const value = random.between(0, 10);
    assert.ok(value >= 0 && value < 10);
    bins[Math.floor(value)] = (bins[Math.floor(value)] ?? 0) + 1;
  }
  bins.forEach((count) => assert.ok(Math.abs(count - 10_000) < 500, `${count}`));
});

test("a long frame is cut, and time runs at its scale", () => {
  const clock = new Clock();
  clock.scale = 0.5;
  assert.deepEqual([clock.advance(5), clock.advance(0.02), clock.now], [0.05, 0.01, 0.060000000000000005]);
});

test("a frame is cut where its steps end, and time runs a hundred times as fast at most", () => {
  const clock = new Clock();
  assert.equal(clock.advance(0.1, 0.06), 0.06);
  clock.scale = 1e9;
  assert.deepEqual([clock.scale, clock.advance(1, 0.06)], [100, 6]);
  clock.scale = -1;
  assert.equal(clock.scale, 0);
});

test("each step has its own time, and all frames together have as many as the time holds", () => {
  for (const dt of [1 / 15, 1 / 20, 1 / 60, 1 / 144]) {
    const steps = new FixedSteps();
    const times: number[] = [];
    let [now, alpha] = [0, 0];
    while (now < 2.01) {
      now += dt;
      alpha = steps.advance(dt, 0.02, (time) => times.push(time));
    }
    assert.deepEqual(
      times.slice(0, 100),
      Array.from({ length: 100 }, (_, index) => (index + 1) * 0.02),
    );
    assert.ok(Math.abs((times.length + alpha) * 0.02 - now) < 1e-6);
  }
});

test("who looks at the clock in a step sees the step, also when it throws, and the frame afterwards", () => {
  const clock = new Clock();
  clock.advance(0.1);
  const seen: number[] = [];
  clock.inStep(0.04, 0.02, () => seen.push(clock.now, clock.dt));
  assert.throws(() =>
    clock.inStep(0.06, 0.02, () => {
      throw new Error("fell over");
    }),
  );
  assert.deepEqual([...seen, clock.now, clock.dt], [0.04, 0.02, 0.1, 0.1]);
});

test("a frame takes three steps, more of short ones, and never so many that it hangs", () => {
  assert.deepEqual([0.5, 0.02, 1 / 60, 0.005, 1e-9].map(mostSteps), [3, 3, 3, 12, 100]);
});

test("timers run in the order of their time, once or again and again, until canceled", () => {
  const clock = new Clock();
  const seen: string[] = [];
  clock.after(0.2, () => seen.push("late"));
  clock.after(0.1, () => seen.push("early"));
  const stop = clock.after(0.15, () => seen.push("tick"), 0.15);
  clock.after(0.05, () => clock.after(0.05, () => seen.push("nested")));
  for (let frame = 0; frame < 5; frame++) {
    clock.advance(0.1);
    clock.runTimers((run) => run());
    if (frame === 2) stop();
  }
  assert.deepEqual(seen, ["early", "tick", "nested", "late", "tick"]);
});

test("the game goes on when no reason to pause is left, and is heard while it loads", () => {
  const told: boolean[] = [];
  const pauses = new Pauses((silent) => told.push(silent));
  pauses.add("loading");
  assert.deepEqual([pauses.paused, told], [true, []]);
  pauses.remove("loading");
  pauses.add("hidden");
  pauses.add("menu");
  pauses.remove("hidden");
  assert.ok(pauses.paused);
  pauses.remove("menu");
  pauses.remove("menu");
  assert.deepEqual(told, [true, false]);
});

test("a listener that fails does not keep the others from hearing", (t) => {
  t.mock.method(console, "error", () => undefined);
  const events = new Events();
  const heard: unknown[] = [];
  events.on("score", () => {
    throw new Error("deaf");
  });
  const off = events.on("score", (data) => heard.push(data));
  events.emit("score", 1);
  off();
  events.emit("score", 2);
  assert.deepEqual(heard, [1]);
});
