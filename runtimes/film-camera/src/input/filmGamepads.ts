/** Gamepads of the standard mapping, for `navigator.getGamepads`. They are there from their first action on. */

import type { FilmClock } from "../clock/clock";
import type { TimedAction } from "../shot";

const BUTTONS = 17;
const AXES = 4;

interface Pad {
  buttons: number[];
  axes: number[];
  timestamp: number;
}

export class FilmGamepads {
  private readonly pads = new Map<number, Pad>();

  constructor(private readonly clock: FilmClock) {
    navigator.getGamepads = () => [0, 1, 2, 3].map((index) => this.snapshot(index));
  }

  act({ pad: index = 0, phase = "down", button = null, axis = null, value = 1 }: TimedAction): void {
    const pad = this.pads.get(index) ?? this.connect(index);
    pad.timestamp = this.clock.now;
    if (axis !== null && axis < AXES) pad.axes[axis] = value;
    else if (button !== null && button < BUTTONS) pad.buttons[button] = phase === "up" ? 0 : value;
    else this.clock.note(`The input track moves a part ${String(button ?? axis)} of a gamepad, which none has.`);
  }

  private connect(index: number): Pad {
    const pad: Pad = { buttons: Array<number>(BUTTONS).fill(0), axes: Array<number>(AXES).fill(0), timestamp: 0 };
    this.pads.set(index, pad);
    const event = new Event("gamepadconnected");
    Object.defineProperty(event, "gamepad", { value: this.snapshot(index) });
    dispatchEvent(event);
    return pad;
  }

  private snapshot(index: number): Gamepad | null {
    const pad = this.pads.get(index);
    if (!pad) return null;
    const buttons = pad.buttons.map((value) => ({ value, pressed: value > 0.5, touched: value > 0 }));
    const { timestamp } = pad;
    const told = {
      index,
      id: "Film gamepad",
      mapping: "standard",
      connected: true,
      axes: [...pad.axes],
      buttons,
      timestamp,
    };
    return { ...told, vibrationActuator: null } as unknown as Gamepad;
  }
}
