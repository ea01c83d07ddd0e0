/** The game's time, and the loop that drives it until somebody else takes the clock. */

/** A tab that slept must not make the game jump. */
export const LONGEST_FRAME_S = 0.1;
const FASTEST = 100;

interface Timer {
  at: number;
  every: number | null;
  run: () => void;
}

export class Clock {
  now = 0;
  dt = 0;
  frame = 0;
  private factor = 1;
  private timers: Timer[] = [];

  /** Seconds of the game for each second of the player. */
  get scale(): number {
    return this.factor;
  }

  set scale(scale: number) {
    this.factor = Math.min(Math.max(scale, 0), FASTEST);
  }

  /** Begins a frame. One that takes longer than `longest` is cut, for all that follows the clock: the game then plays slower. */
  advance(dt: number, longest = LONGEST_FRAME_S): number {
    this.dt = Math.min(Math.max(dt, 0), longest, LONGEST_FRAME_S) * this.factor;
    this.now += this.dt;
    this.frame += 1;
    return this.dt;
  }

  /** Runs a physics step: whoever looks at the clock in it sees the step's own time. */
  inStep(at: number, length: number, run: () => void): void {
    const { now, dt } = this;
    [this.now, this.dt] = [at, length];
    try {
      run();
    } finally {
      [this.now, this.dt] = [now, dt];
    }
  }

  after(seconds: number, run: () => void, every: number | null = null): () => void {
    const timer: Timer = { at: this.now + seconds, every, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Runs the timers that are due, in the order of their times. */
  runTimers(guard: (run: () => void) => void): void {
    const due = this.timers.filter((timer) => timer.at <= this.now).sort((a, b) => a.at - b.at);
    for (const timer of due) {
      if (!this.timers.includes(timer)) continue; // another one has canceled it
      if (timer.every === null) this.timers = this.timers.filter((other) => other !== timer);
      else timer.at = Math.max(timer.at + timer.every, this.now);
      guard(timer.run);
    }
  }

  clearTimers(): void {
    this.timers = [];
  }

  reset(): void {
    this.now = this.dt = this.frame = 0;
    this.scale = 1;
    this.clearTimers();
  }
}

/** Calls `tick` once per frame of the screen, at most `maxFPS` times a second. */
export class Loop {
  private handle = 0;
  private last = 0;

  constructor(
    private readonly tick: (dt: number) => void,
    private readonly maxFPS: number,
  ) {}

  get running(): boolean {
    return this.handle !== 0;
  }

  start(): void {
    if (this.running) return;
    this.last = performance.now();
    this.handle = requestAnimationFrame(this.frame);
  }

  stop(): void {
    cancelAnimationFrame(this.handle);
    this.handle = 0;
  }

  private readonly frame = (at: number): void => {
    this.handle = requestAnimationFrame(this.frame);
    const elapsed = at - this.last;
    // Screens tick a little early or late: a frame that is due within a millisecond is due.
    if (this.maxFPS > 0 && elapsed < 1000 / this.maxFPS - 1) return;
    this.last = at;
    this.tick(Math.max(elapsed, 0) / 1000);
  };
}
