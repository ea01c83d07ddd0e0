/** Keyboard, touch, mouse and gamepad as one direction, or one place to fly to. */

const KEYS = {
  ArrowLeft: [-1, 0], KeyA: [-1, 0],
  ArrowRight: [1, 0], KeyD: [1, 0],
  ArrowUp: [0, -1], KeyW: [0, -1],
  ArrowDown: [0, 1], KeyS: [0, 1],
};
const DEAD_ZONE = 0.2;

export class Input {
  #held = new Set();
  #pointer = null;

  /** @param {HTMLElement} stage what is touched @param {Record<string, () => void>} actions by key code */
  constructor(stage, actions) {
    addEventListener("keydown", (event) => {
      if (event.code in KEYS) {
        this.#held.add(event.code);
        event.preventDefault();
      } else if (!event.repeat) actions[event.code]?.();
    });
    addEventListener("keyup", (event) => this.#held.delete(event.code));
    addEventListener("blur", () => this.#held.clear());
    stage.addEventListener("pointerdown", (event) => {
      stage.setPointerCapture(event.pointerId);
      this.#pointer = { x: event.offsetX, y: event.offsetY };
    });
    stage.addEventListener("pointermove", (event) => {
      if (this.#pointer) this.#pointer = { x: event.offsetX, y: event.offsetY };
    });
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => (this.#pointer = null));
  }

  /** Where to fly: a vector no longer than 1. @param {{x: number, y: number}} from in CSS pixels */
  direction(from) {
    let [x, y] = [0, 0];
    for (const code of this.#held) [x, y] = [x + KEYS[code][0], y + KEYS[code][1]];
    if (this.#pointer) [x, y] = [(this.#pointer.x - from.x) / 60, (this.#pointer.y - from.y) / 60];
    for (const pad of navigator.getGamepads?.() ?? []) {
      const [px, py] = pad?.axes ?? [0, 0];
      if (Math.hypot(px, py) > DEAD_ZONE) [x, y] = [px, py];
    }
    const length = Math.max(1, Math.hypot(x, y));
    return { x: x / length, y: y / length };
  }
}
