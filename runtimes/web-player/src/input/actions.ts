/**
 * The action map: what a game calls `jump` is a key here and a button there.
 *
 * A binding is a text: a `KeyboardEvent.code` (`Space`), `mouse:0`, `gamepad:0` (a button of the standard mapping),
 * `touch:button:A`. An axis is an object: keys for its two ends, and sticks: `left-x`, `left-y`, `right-x`, `right-y`.
 */

import type { ActionMap, AxisBinding } from "../core/manifest";

export const DEFAULT_ACTIONS: ActionMap = {
  moveX: {
    negative: ["KeyA", "ArrowLeft", "gamepad:14"],
    positive: ["KeyD", "ArrowRight", "gamepad:15"],
    stick: "left-x",
  },
  moveY: {
    negative: ["KeyS", "ArrowDown", "gamepad:13"],
    positive: ["KeyW", "ArrowUp", "gamepad:12"],
    stick: "left-y",
  },
  lookX: { stick: "right-x" },
  lookY: { stick: "right-y" },
  jump: ["Space", "gamepad:0", "touch:button:A"],
  fire: ["mouse:0", "Enter", "gamepad:2", "touch:button:B"],
  pause: ["Escape", "KeyP", "gamepad:9"],
};

/** What the devices say now. Sticks from −1 to 1, up is positive. */
export interface Devices {
  isDown(binding: string): boolean;
  stick(name: string): number;
}

export class Actions {
  private readonly map: ActionMap;
  private held = new Set<string>();
  private pressed = new Set<string>();
  private before = new Set<string>();
  private axes = new Map<string, number>();
  /** Bindings that went down and up again between two frames: they still count as pressed. */
  private readonly tapped = new Set<string>();

  constructor(given: ActionMap | undefined) {
    this.map = { ...DEFAULT_ACTIONS, ...given };
  }

  /** Reads the devices once per frame. */
  update(devices: Devices): void {
    this.before = this.held;
    this.held = new Set();
    this.pressed = new Set();
    for (const [action, binding] of Object.entries(this.map)) {
      const tapped = Array.isArray(binding) && binding.some((one) => this.tapped.has(one));
      if (tapped || this.isDown(action, binding, devices)) this.held.add(action);
      if (tapped || (this.held.has(action) && !this.before.has(action))) this.pressed.add(action);
    }
    this.tapped.clear();
  }

  private isDown(action: string, binding: string[] | AxisBinding, devices: Devices): boolean {
    if (Array.isArray(binding)) return binding.some((one) => devices.isDown(one));
    const value = axisOf(binding, devices);
    this.axes.set(action, value);
    return Math.abs(value) > 0.5;
  }

  tap(binding: string): void {
    this.tapped.add(binding);
  }

  axis(action: string): number {
    return this.axes.get(action) ?? (this.held.has(action) ? 1 : 0);
  }

  isHeld(action: string): boolean {
    return this.held.has(action);
  }

  isPressed(action: string): boolean {
    return this.pressed.has(action);
  }

  isReleased(action: string): boolean {
    return !this.held.has(action) && this.before.has(action);
  }

  /** Whether an action of the game uses this key: then the page must not scroll by it. */
  uses(binding: string): boolean {
    return Object.values(this.map).some((one) =>
      (Array.isArray(one) ? one : [...(one.negative ?? []), ...(one.positive ?? [])]).includes(binding),
    );
  }
}

function axisOf({ negative, positive, stick }: AxisBinding, devices: Devices): number {
  const keys =
    Number(positive?.some((one) => devices.isDown(one)) ?? false) -
    Number(negative?.some((one) => devices.isDown(one)) ?? false);
  const sticks = [stick ?? []].flat().map((name) => devices.stick(name));
  const strongest = sticks.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return Math.min(Math.max(keys + strongest, -1), 1);
}
