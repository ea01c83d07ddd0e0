/** What scripts of the engine's templates use without an import. */

import { currentGame } from "../current";

export const Time = {
  /** Seconds of play. */
  get time(): number {
    return currentGame().clock.now;
  },
  /** Seconds since the last frame. */
  get deltaTime(): number {
    return currentGame().clock.dt;
  },
  /** Resolves after so many seconds of play; never, when the scene ends before. */
  delay: (seconds: number): Promise<void> =>
    new Promise((resolve) => void currentGame().clock.after(seconds, () => resolve())),
};

const clamp = (value: number, min: number, max: number): number => Math.min(Math.max(value, min), max);

Object.assign(globalThis, { Time });
if (!("clamp" in Math)) Object.assign(Math, { clamp });
