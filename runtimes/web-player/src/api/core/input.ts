/** Input of `@aethel/core`. */

import { currentGame } from "../current";

type Ends = [negative: string[], positive: string[]];

/** Keys alone: −1, 0 or 1. */
const KEYS: Record<string, Ends> = {
  Horizontal: [
    ["KeyA", "ArrowLeft"],
    ["KeyD", "ArrowRight"],
  ],
  Vertical: [
    ["KeyS", "ArrowDown"],
    ["KeyW", "ArrowUp"],
  ],
};
/** Of a mouse axis, per CSS pixel. */
const MOUSE_SCALE = 0.1;

export const Input = {
  /** `Horizontal`, `Vertical`, `MouseX` (right is positive), `MouseY` (up is positive), or an action of the game. */
  getAxis(name: string): number {
    const { input } = currentGame();
    if (name === "MouseX") return input.pointer.dx * MOUSE_SCALE;
    if (name === "MouseY") return -input.pointer.dy * MOUSE_SCALE;
    if (!Object.hasOwn(KEYS, name)) return input.axis(name);
    const [negative, positive] = (KEYS[name] as Ends).map((codes) => Number(codes.some((code) => input.key(code))));
    return (positive as number) - (negative as number);
  },
  getButton: (action: string): boolean => currentGame().input.held(action),
  getButtonDown: (action: string): boolean => currentGame().input.pressed(action),
  getButtonUp: (action: string): boolean => currentGame().input.released(action),
  /** Keeps the cursor hidden and the mouse inside; browsers want a click first, so it happens with the next one. */
  lockCursor: (on: boolean): void => currentGame().input.pointer.keepLocked(on),
};
