/** The input of all devices, as actions. */

import type { GameConfig } from "../core/manifest";
import { Actions, type Devices } from "./actions";
import { Gamepads } from "./gamepads";
import { Pointer } from "./pointer";
import { TouchControls } from "./touch";

export class Input implements Devices {
  readonly pointer: Pointer;
  readonly controls: TouchControls;
  touch = false;
  /** Codes of the keys that are down. */
  readonly keys = new Set<string>();
  private readonly actions: Actions;
  private readonly pads = new Gamepads();

  constructor(canvas: HTMLCanvasElement, { input }: GameConfig) {
    this.actions = new Actions(input.actions);
    const tapped = (binding: string): void => this.actions.tap(binding);
    this.pointer = new Pointer(canvas, tapped);
    this.controls = new TouchControls(input.touch, tapped);
    addEventListener("keydown", (event) => this.onKey(event));
    addEventListener("keyup", (event) => this.keys.delete(event.code));
    addEventListener("blur", () => this.releaseAll());
    addEventListener("pointerdown", (event) => (this.touch = event.pointerType === "touch"), { capture: true });
  }

  update(): void {
    this.pads.poll();
    this.pointer.update();
    this.actions.update(this);
  }

  /** Releases all keys: those held when the page lost the focus come up without an event. */
  releaseAll(): void {
    this.keys.clear();
    this.pointer.release();
  }

  /** Holds an action without a device, −1 to 1; null lets it go. Returns whether the game has it. */
  act(action: string, value: number | null): boolean {
    return this.actions.force(action, value);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    if (
      this.actions.uses(event.code) &&
      !event.ctrlKey &&
      !event.metaKey &&
      !(event.target instanceof HTMLButtonElement)
    )
      event.preventDefault();
    if (event.repeat) return;
    this.keys.add(event.code);
    this.actions.tap(event.code);
  }

  isDown(binding: string): boolean {
    const [device, name, button] = binding.split(":");
    switch (device) {
      case "mouse":
        return this.pointer.isDown(Number(name));
      case "gamepad":
        return this.pads.isDown(Number(name));
      case "touch":
        return this.controls.isDown(button ?? "");
      default:
        return this.keys.has(binding);
    }
  }

  stick(name: string): number {
    const [pad, finger] = [this.pads.stick(name), this.controls.stick(name)];
    return Math.abs(pad) > Math.abs(finger) ? pad : finger;
  }

  // ── For scripts ──

  axis(action: string): number {
    return this.actions.axis(action);
  }

  pressed(action: string): boolean {
    return this.actions.isPressed(action);
  }

  held(action: string): boolean {
    return this.actions.isHeld(action);
  }

  released(action: string): boolean {
    return this.actions.isReleased(action);
  }

  key(code: string): boolean {
    return this.keys.has(code);
  }

  get gamepads(): { id: string; axes: readonly number[]; buttons: number[] }[] {
    return this.pads.state;
  }

  rumble(strength: number, durationS: number): void {
    this.pads.rumble(strength, durationS);
    if (this.touch) navigator.vibrate?.(durationS * 1000 * Math.min(strength, 1));
  }
}
