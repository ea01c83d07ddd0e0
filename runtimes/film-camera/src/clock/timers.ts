/**
 * Timers in the film's time, in the order in which Chromium runs them: by when they are due, those of one moment by when they were set.
 *
 * Source: HTML, section 8.6 (timers): from the sixth timer that sets another one on, a delay is at least 4 ms.
 */

const NESTED = 5;
const NESTED_DELAY_MS = 4;
const LONGEST_MS = 2 ** 31 - 1;

export interface Timer {
  readonly id: number;
  at: number;
  /** Order among those of one moment. */
  order: number;
  readonly repeats: boolean;
  readonly delay: number;
  readonly level: number;
  readonly run: () => void;
}

export class Timers {
  private readonly known = new Map<number, Timer>();
  private ids = 0;
  private orders = 0;
  /** How many timers deep what runs now is. */
  private level = 0;

  /** @param now Milliseconds of the film's time. */
  constructor(private readonly now: () => number) {}

  set(run: () => void, delay: unknown, repeats = false): number {
    const id = ++this.ids;
    const level = this.level + 1;
    const wanted = clamp(delay, level);
    this.known.set(id, {
      ...{ id, run, repeats, level, delay: wanted },
      at: this.now() + wanted,
      order: ++this.orders,
    });
    return id;
  }

  clear(id: unknown): void {
    this.known.delete(Number(id));
  }

  /** The next one that is due by then. */
  next(until: number): Timer | null {
    let first: Timer | null = null;
    for (const timer of this.known.values())
      if (timer.at <= until && (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)))
        first = timer;
    return first;
  }

  /** Runs one; a repeating one is set again. */
  run(timer: Timer): void {
    const before = this.level;
    this.level = timer.level;
    try {
      if (timer.repeats) this.again(timer);
      else this.known.delete(timer.id);
      timer.run();
    } finally {
      this.level = before;
    }
  }

  private again(timer: Timer): void {
    const level = Math.min(timer.level + 1, NESTED + 1);
    const delay = clamp(timer.delay, level, true);
    this.known.set(timer.id, { ...timer, level, delay, at: timer.at + delay, order: ++this.orders });
  }

  /** What has waited for real time alone, while the game was loaded: those that run once and soon. */
  get soon(): Timer[] {
    return [...this.known.values()].filter(({ repeats }) => !repeats).sort((a, b) => a.at - b.at || a.order - b.order);
  }
}

function clamp(delay: unknown, level: number, repeats = false): number {
  const number = Math.trunc(Number(delay)) || 0;
  const wanted = number > LONGEST_MS || number < 0 ? 0 : number;
  const least = level > NESTED ? NESTED_DELAY_MS : repeats ? 1 : 0;
  return Math.max(wanted, least);
}
