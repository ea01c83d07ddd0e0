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

/** Stands among an action's bindings for whoever holds it without a device. */
const FORCED = "forced";

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
  /** Of every action, the bindings that were down at the last update. */
  private down = new Map<string, string[]>();
  private axes = new Map<string, number>();
  /** Bindings that went down and up again between two frames: they still count as pressed. */
  private readonly tapped = new Set<string>();
  /** Actions that a renderer holds, −1 to 1, whatever the devices say. */
  private readonly forced = new Map<string, number>();

  constructor(given: ActionMap | undefined) {
    this.map = { ...DEFAULT_ACTIONS, pause: unused(DEFAULT_ACTIONS["pause"] as string[], given), ...given };
  }

  /** Reads the devices once per frame. */
  update(devices: Devices): void {
    this.before = this.held;
    this.held = new Set();
    this.pressed = new Set();
    for (const [action, binding] of Object.entries(this.map)) {
      if (Array.isArray(binding)) this.updateButton(action, binding, devices);
      else this.updateAxis(action, binding, devices);
    }
    this.tapped.clear();
  }

  /** Holds an action until it is let go by null; for renderers. Returns whether the game has it. */
  force(action: string, value: number | null): boolean {
    if (value === null) this.forced.delete(action);
    else this.forced.set(action, value);
    return action in this.map;
  }

  /** However many of its bindings are down, an action is pressed once, until none of them is. */
  private updateButton(action: string, bindings: string[], devices: Devices): void {
    const before = this.down.get(action) ?? [];
    const down = bindings.filter((one) => devices.isDown(one));
    const goesOn = before.some((one) => down.includes(one) && !this.tapped.has(one));
    if (this.forced.has(action)) down.push(FORCED);
    this.down.set(action, down);
    if (down.length === 0 && !bindings.some((one) => this.tapped.has(one))) return;
    this.held.add(action);
    if (!goesOn) this.pressed.add(action);
  }

  private updateAxis(action: string, binding: AxisBinding, devices: Devices): void {
    const value = this.forced.get(action) ?? axisOf(binding, devices);
    this.axes.set(action, value);
    if (Math.abs(value) <= 0.5) return;
    this.held.add(action);
    if (!this.before.has(action)) this.pressed.add(action);
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

/** Those of the bindings that no action of the game has: its own menu may be on the key of the player's. */
function unused(bindings: string[], given: ActionMap = {}): string[] {
  return bindings.filter((one) => !Object.values(given).some((other) => Array.isArray(other) && other.includes(one)));
}

function axisOf({ negative, positive, stick }: AxisBinding, devices: Devices): number {
  const keys =
    Number(positive?.some((one) => devices.isDown(one)) ?? false) -
    Number(negative?.some((one) => devices.isDown(one)) ?? false);
  const sticks = [stick ?? []].flat().map((name) => devices.stick(name));
  const strongest = sticks.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return Math.min(Math.max(keys + strongest, -1), 1);
}
