/** Cuts time into equal steps, whatever the screen does; what is left over waits for the next frame. */

/** How much a frame may catch up where the scene does not say how many steps: at that pace games begin to play slower. */
const CATCH_UP_S = 0.06;
const FEWEST = 3;
const MOST = 100;

/** The most steps in a frame of a scene that does not say it. */
export function mostSteps(stepLength: number): number {
  return Math.min(Math.max(Math.floor(CATCH_UP_S / stepLength + 1e-9), FEWEST), MOST);
}

export class FixedSteps {
  private accumulator = 0;
  private taken = 0;

  /**
   * Takes the steps that are due; each is told its own time, in seconds since the reset. Returns how far the time is into the next one, 0
   * to 1.
   */
  advance(dt: number, stepLength: number, step: (time: number) => void): number {
    this.accumulator += dt;
    while (this.accumulator >= stepLength - 1e-9) {
      this.accumulator -= stepLength;
      this.taken += 1;
      step(this.taken * stepLength);
    }
    return Math.min(Math.max(this.accumulator / stepLength, 0), 1);
  }

  reset(): void {
    this.accumulator = this.taken = 0;
  }
}
