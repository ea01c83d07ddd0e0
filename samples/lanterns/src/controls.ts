/** Keys, and a finger or the mouse that the boat rows towards. */

import type { Vector } from "./lake";

const KEYS: Record<string, Vector> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  KeyA: { x: -1, y: 0 },
  KeyD: { x: 1, y: 0 },
  KeyW: { x: 0, y: -1 },
  KeyS: { x: 0, y: 1 },
};
const FULL_PULL = 90; // CSS pixels from the boat

export class Controls {
  private readonly held = new Set<string>();
  private finger: Vector | null = null;

  constructor(private readonly stage: HTMLElement) {
    addEventListener("keydown", (event) => {
      if (!(event.code in KEYS)) return;
      this.held.add(event.code);
      event.preventDefault();
    });
    addEventListener("keyup", (event) => this.held.delete(event.code));
    addEventListener("blur", () => this.held.clear());
    const follow = (event: PointerEvent): void => {
      this.finger = { x: event.clientX, y: event.clientY };
    };
    stage.addEventListener("pointerdown", (event) => {
      stage.setPointerCapture(event.pointerId);
      follow(event);
    });
    stage.addEventListener("pointermove", (event) => {
      if (this.finger) follow(event);
    });
    for (const end of ["pointerup", "pointercancel"] as const) {
      stage.addEventListener(end, () => {
        this.finger = null;
      });
    }
  }

  /** Where to row, no longer than 1; `boat` is where the boat is seen, in CSS pixels. */
  wish(boat: Vector): Vector {
    const wish = { x: 0, y: 0 };
    for (const code of this.held) {
      wish.x += KEYS[code]?.x ?? 0;
      wish.y += KEYS[code]?.y ?? 0;
    }
    if (this.finger) {
      wish.x += (this.finger.x - boat.x) / FULL_PULL;
      wish.y += (this.finger.y - boat.y) / FULL_PULL;
    }
    const length = Math.max(1, Math.hypot(wish.x, wish.y));
    return { x: wish.x / length, y: wish.y / length };
  }
}
