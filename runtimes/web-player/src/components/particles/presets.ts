/** How particles move, by the name of a preset. Every value may be overridden by the component's data. */

import type { Range } from "../../math/vectors";

export interface Motion {
  /** m/s when it is emitted. */
  speed: Range;
  /** Degrees around the entity's +y; 180: in all directions. */
  spread: number;
  /** m/s², along the world's y. */
  gravity: number;
  /** Metres around the entity in which particles are emitted. */
  radius: number;
  additive: boolean;
}

const PRESETS: Record<string, Motion> = {
  default: { speed: { min: 1, max: 2 }, spread: 25, gravity: 0, radius: 0.1, additive: false },
  fire: { speed: { min: 1, max: 2 }, spread: 15, gravity: 1, radius: 0.3, additive: true },
  smoke: { speed: { min: 0.5, max: 1 }, spread: 20, gravity: 0.3, radius: 0.3, additive: false },
  sparks: { speed: { min: 3, max: 6 }, spread: 60, gravity: -9.81, radius: 0.05, additive: true },
  magic: { speed: { min: 0.2, max: 0.8 }, spread: 180, gravity: 0.2, radius: 0.5, additive: true },
  explosion: { speed: { min: 2, max: 8 }, spread: 180, gravity: -2, radius: 0.2, additive: true },
  fountain: { speed: { min: 5, max: 7 }, spread: 10, gravity: -9.81, radius: 0.05, additive: false },
  rain: { speed: { min: -12, max: -10 }, spread: 0, gravity: -2, radius: 10, additive: false },
  snow: { speed: { min: -1.5, max: -0.8 }, spread: 8, gravity: 0, radius: 10, additive: false },
};

export function motionOf(preset: string): Motion {
  return (Object.hasOwn(PRESETS, preset) ? PRESETS[preset] : PRESETS["default"]) as Motion;
}

export function isPresetName(name: string): boolean {
  return Object.hasOwn(PRESETS, name);
}
