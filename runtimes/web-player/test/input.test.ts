import assert from "node:assert/strict";
import { test } from "node:test";
import { Actions, type Devices } from "../src/input/actions";
import { outsideDeadZone } from "../src/input/gamepads";

function devices(down: string[] = [], sticks: Record<string, number> = {}): Devices {
  return { isDown: (binding) => down.includes(binding), stick: (name) => sticks[name] ?? 0 };
}

test("an action is pressed in one frame, held while down, released in one frame", () => {
  const actions = new Actions(undefined);
  const seen = [["Space"], ["Space"], []].map((down) => {
    actions.update(devices(down));
    return [actions.isPressed("jump"), actions.isHeld("jump"), actions.isReleased("jump")];
  });
  assert.deepEqual(seen, [
    [true, true, false],
    [false, true, false],
    [false, false, true],
  ]);
});

test("a tap between two frames is not lost", () => {
  const actions = new Actions(undefined);
  actions.tap("Space");
  actions.update(devices());
  assert.ok(actions.isPressed("jump"));
  actions.update(devices());
  assert.ok(actions.isReleased("jump"));
});

test("a second tap in the very next frame is a second press", () => {
  const actions = new Actions(undefined);
  const presses = [1, 2].map(() => {
    actions.tap("Space");
    actions.update(devices());
    return actions.isPressed("jump");
  });
  assert.deepEqual(presses, [true, true]);
});

test("keys and sticks share an axis, and none leads beyond its end", () => {
  const actions = new Actions(undefined);
  const axis = (down: string[], stick: number): number => {
    actions.update(devices(down, { "left-x": stick }));
    return actions.axis("moveX");
  };
  assert.deepEqual(
    [axis(["KeyD"], 0), axis(["KeyA", "KeyD"], 0), axis([], -0.4), axis(["KeyD"], 0.9)],
    [1, 0, -0.4, 1],
  );
});

test("a project's action replaces the default of that name and leaves the others", () => {
  const actions = new Actions({ jump: ["KeyJ"], turn: { stick: ["right-x", "left-x"] } });
  actions.update(devices(["Space", "KeyJ", "Enter"], { "left-x": 0.7, "right-x": -0.2 }));
  assert.deepEqual([actions.isHeld("jump"), actions.isHeld("fire"), actions.axis("turn")], [true, true, 0.7]);
  assert.deepEqual([actions.uses("Space"), actions.uses("KeyJ"), actions.uses("ArrowLeft")], [false, true, true]);
});

test("a stick at rest says 0, and beyond the dead zone everything from 0 to 1", () => {
  assert.deepEqual([outsideDeadZone(0.1), outsideDeadZone(-1), outsideDeadZone(1)], [0, -1, 1]);
  assert.ok(outsideDeadZone(0.16) < 0.02);
});

test("keyboard and gamepad together hold an action once", () => {
  const actions = new Actions({ fire: ["KeyF", "gamepad:7"] });
  const seen = [["gamepad:7"], ["gamepad:7", "KeyF"], ["KeyF"], ["KeyF"], []].map((down, frame) => {
    if (frame === 1) actions.tap("KeyF");
    actions.update(devices(down));
    return [actions.isPressed("fire"), actions.isHeld("fire"), actions.isReleased("fire")];
  });
  assert.deepEqual(seen, [
    [true, true, false],
    [false, true, false],
    [false, true, false],
    [false, true, false],
    [false, false, true],
  ]);
});

test("a key that was let go and pressed again between two frames is pressed twice", () => {
  const actions = new Actions(undefined);
  const presses = [1, 2].map(() => {
    actions.tap("Space");
    actions.update(devices(["Space"]));
    return actions.isPressed("jump");
  });
  assert.deepEqual(presses, [true, true]);
});

test("a game's own menu takes its keys from the player's", () => {
  const actions = new Actions({ Menu: ["Escape", "gamepad:9"] });
  actions.update(devices(["Escape"]));
  assert.deepEqual([actions.isHeld("Menu"), actions.isHeld("pause")], [true, false]);
  actions.update(devices(["KeyP"]));
  assert.ok(actions.isHeld("pause"));
});
