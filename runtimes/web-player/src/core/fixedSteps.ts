/** Cuts time into equal steps, whatever the screen does; what is left over waits for the next frame. */
export class FixedSteps {
  private accumulator = 0;

  /** Takes the steps that are due, at most `maxSteps`. Returns how far the time is into the next one, 0 to 1. */
  advance(dt: number, stepLength: number, maxSteps: number, step: () => void): number {
    this.accumulator += dt;
    let steps = 0;
    while (this.accumulator >= stepLength - 1e-9 && steps < maxSteps) {
      step();
      this.accumulator -= stepLength;
      steps += 1;
    }
    // A machine that cannot keep up plays slower rather than never again.
    if (steps === maxSteps) this.accumulator = Math.min(this.accumulator, stepLength);
    return Math.min(Math.max(this.accumulator / stepLength, 0), 1);
  }

  reset(): void {
    this.accumulator = 0;
  }
}
