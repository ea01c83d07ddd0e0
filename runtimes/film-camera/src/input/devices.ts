/** A keyboard, a mouse and gamepads that a film's input track plays: pages get the events that a browser would send. */

import type { FilmClock } from "../clock/clock";
import type { TimedAction } from "../shot";
import { FilmGamepads } from "./filmGamepads";
import { keyOf } from "./keys";

/** The bit of each button in `MouseEvent.buttons`: left, middle, right, back, forward. */
const BITS = [1, 4, 2, 8, 16];
const MODIFIERS = { Shift: "shiftKey", Control: "ctrlKey", Alt: "altKey", Meta: "metaKey" } as const;

export class Devices {
  private readonly held = new Set<string>();
  private readonly gamepads: FilmGamepads;
  private buttons = 0;
  private x = 0;
  private y = 0;
  /** Where the button went down: a click is what goes up there. */
  private pressed: Element | null = null;

  constructor(
    private readonly clock: FilmClock,
    /** Holds one of the game's own actions; false: it has none of that name. */
    private readonly hold: (name: string, value: number | null) => boolean,
  ) {
    this.gamepads = new FilmGamepads(clock);
  }

  act(action: TimedAction): void {
    switch (action.type) {
      case "key":
        return this.key(action);
      case "pointer":
        return this.point(action);
      case "gamepad":
        return this.gamepads.act(action);
      case "action":
        if (!this.hold(action.name ?? "", action.phase === "up" ? null : (action.value ?? 1)))
          this.clock.note(`The input track holds “${action.name ?? ""}”, which is no action of this game.`);
    }
  }

  private key({ code = "", phase = "down" }: TimedAction): void {
    const known = keyOf(code);
    if (!known) return this.clock.note(`The input track presses “${code}”, which is no key's code.`);
    const down = phase !== "up";
    const repeat = down && this.held.has(code);
    if (down) this.held.add(code);
    else this.held.delete(code);
    const shifted = this.modifiers().shiftKey && known.key.length === 1;
    const key = shifted ? known.key.toUpperCase() : known.key;
    const event = { ...known, key, code, repeat, ...this.modifiers(), bubbles: true, cancelable: true, composed: true };
    const target = document.activeElement ?? document.body ?? document.documentElement;
    const goesOn = target.dispatchEvent(new KeyboardEvent(down ? "keydown" : "keyup", event));
    if (down && goesOn && key.length === 1) {
      const charCode = key.charCodeAt(0);
      target.dispatchEvent(
        new KeyboardEvent("keypress", { ...event, keyCode: charCode, charCode } as KeyboardEventInit),
      );
    }
  }

  private modifiers(): Record<(typeof MODIFIERS)[keyof typeof MODIFIERS], boolean> {
    const down = (name: string): boolean => this.held.has(`${name}Left`) || this.held.has(`${name}Right`);
    return { shiftKey: down("Shift"), ctrlKey: down("Control"), altKey: down("Alt"), metaKey: down("Meta") };
  }

  private point({ phase = "down", x = 0.5, y = 0.5, dx = 0, dy = 0, button = null }: TimedAction): void {
    if (phase === "wheel") return this.wheel(x, y, dx, dy);
    const [clientX, clientY] = [x * innerWidth, y * innerHeight];
    const moved = { movementX: dx || clientX - this.x, movementY: dy || clientY - this.y };
    [this.x, this.y] = [clientX, clientY];
    const target = this.target();
    if (phase === "move") {
      this.send(target, ["pointermove", "mousemove"], -1, moved);
      return;
    }
    const index = button ?? 0;
    if (moved.movementX !== 0 || moved.movementY !== 0) this.send(target, ["pointermove", "mousemove"], -1, moved);
    if (phase === "down") this.press(target, index);
    else this.letGo(target, index);
  }

  private press(target: Element, button: number): void {
    this.buttons |= BITS[button] ?? 0;
    this.pressed = target;
    if (this.send(target, ["pointerdown", "mousedown"], button)) focusNear(target);
  }

  private letGo(target: Element, button: number): void {
    this.buttons &= ~(BITS[button] ?? 0);
    this.send(target, ["pointerup", "mouseup"], button);
    const both = this.pressed && commonAncestor(this.pressed, target);
    this.pressed = null;
    if (!both) return;
    if (button === 0) this.send(both, ["click"], button);
    else this.send(both, button === 2 ? ["contextmenu"] : ["auxclick"], button);
  }

  private wheel(x: number, y: number, deltaX: number, deltaY: number): void {
    [this.x, this.y] = [x * innerWidth, y * innerHeight];
    this.target().dispatchEvent(new WheelEvent("wheel", { ...this.common(-1), deltaX, deltaY }));
  }

  /** Sends one event of each kind; false where one of them was refused. */
  private send(target: Element, kinds: string[], button: number, more: MouseEventInit = {}): boolean {
    const common = { ...this.common(button), ...more };
    const pointer = { pointerId: 1, pointerType: "mouse", isPrimary: true, pressure: this.buttons ? 0.5 : 0 };
    return kinds
      .map((kind) => {
        const isPointer = kind.startsWith("pointer") || kind === "click" || kind === "contextmenu";
        const event = isPointer
          ? new PointerEvent(kind, { ...common, ...pointer })
          : new MouseEvent(kind, { ...common, button: Math.max(button, 0) });
        return target.dispatchEvent(event);
      })
      .every(Boolean);
  }

  private common(button: number): MouseEventInit {
    return {
      ...{ bubbles: true, cancelable: true, composed: true, view: window, detail: 1, button, buttons: this.buttons },
      ...{ clientX: this.x, clientY: this.y, screenX: this.x, screenY: this.y },
      ...this.modifiers(),
    };
  }

  private target(): Element {
    const [x, y] = [Math.min(this.x, innerWidth - 1), Math.min(this.y, innerHeight - 1)];
    return document.pointerLockElement ?? document.elementFromPoint(x, y) ?? document.documentElement;
  }
}

function commonAncestor(a: Element, b: Element): Element | null {
  for (let element: Element | null = a; element; element = element.parentElement)
    if (element.contains(b)) return element;
  return null;
}

/** A press gives the focus to what can have it, as a browser does. */
function focusNear(target: Element): void {
  const focusable = target.closest<HTMLElement>(
    "[tabindex], a[href], button, input, select, textarea, [contenteditable]",
  );
  if (focusable) focusable.focus({ preventScroll: true });
  else (document.activeElement as HTMLElement | null)?.blur?.();
}
