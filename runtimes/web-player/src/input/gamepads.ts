/** Gamepads of the standard mapping (W3C Gamepad, section 10.1). */

const DEAD_ZONE = 0.15;
const PRESSED = 0.5;
const AXES: Record<string, [index: number, sign: number]> = {
  "left-x": [0, 1],
  "left-y": [1, -1],
  "right-x": [2, 1],
  "right-y": [3, -1],
};

export class Gamepads {
  private pads: Gamepad[] = [];

  /** Reads the gamepads anew: browsers hand out snapshots, not live objects. */
  poll(): void {
    this.pads = (navigator.getGamepads?.() ?? []).filter((pad): pad is Gamepad => pad !== null && pad.connected);
  }

  isDown(button: number): boolean {
    return this.pads.some(
      (pad) => (pad.buttons[button]?.value ?? 0) >= PRESSED || (pad.buttons[button]?.pressed ?? false),
    );
  }

  stick(name: string): number {
    const axis = AXES[name];
    if (!axis) return 0;
    const values = this.pads.map((pad) => outsideDeadZone(pad.axes[axis[0]] ?? 0) * axis[1]);
    return values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  }

  get state(): { id: string; axes: readonly number[]; buttons: number[] }[] {
    return this.pads.map(({ id, axes, buttons }) => ({ id, axes, buttons: buttons.map(({ value }) => value) }));
  }

  rumble(strength: number, durationS: number): void {
    for (const pad of this.pads) {
      void pad.vibrationActuator?.playEffect("dual-rumble", {
        duration: durationS * 1000,
        strongMagnitude: strength,
        weakMagnitude: strength,
      });
    }
  }
}

/** Sticks never rest at 0; beyond the dead zone the value still goes from 0 to 1. */
export function outsideDeadZone(value: number): number {
  const size = Math.abs(value);
  return size < DEAD_ZONE ? 0 : Math.sign(value) * Math.min((size - DEAD_ZONE) / (1 - DEAD_ZONE), 1);
}
