/** What the page waits for: the film's time stands still until it is there. Time that passes while something loads would differ from run to run. */

import { nextTask, real, rest } from "../real";

/** Milliseconds of real time after which the film no longer waits for something that never comes. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 1;
/** Tasks of messages in a row, after which they are taken for a loop. */
const LONGEST_CHAIN = 1000;

export class Pending {
  private readonly waiting = new Map<number, { what: string; since: number }>();
  private ids = 0;
  /** Messages that scripts have posted to themselves: each is a task that has yet to run. */
  posted = 0;
  private readonly given = new Set<string>();

  constructor(private readonly note: (text: string) => void) {}

  /** Begins to wait; the result ends it, repeatably. */
  add(what: string): () => void {
    const id = ++this.ids;
    this.waiting.set(id, { what, since: real.now() });
    return () => void this.waiting.delete(id);
  }

  /** Waits for a promise, whatever becomes of it. */
  watch<T>(what: string, promise: Promise<T>): Promise<T> {
    const done = this.add(what);
    promise.then(done, done);
    return promise;
  }

  get names(): string[] {
    return [...this.waiting.values()].map(({ what }) => what);
  }

  /** Resolves when nothing is awaited any more, and what followed from it has run. */
  async settle(also: () => string | null = () => null): Promise<void> {
    const begun = real.now();
    for (let chain = 0; chain < LONGEST_CHAIN;) {
      const before = this.posted;
      await nextTask();
      const other = also();
      if (this.waiting.size > 0 || other !== null) {
        await rest(PAUSE_MS);
        this.giveUp();
        if (other !== null && real.now() - begun > PATIENCE_MS)
          throw new Error(`film: the game still waits for ${other} after ${PATIENCE_MS / 1000} s.`);
      } else if (this.posted === before) return;
      else chain += 1;
    }
    this.note("A loop of messages never rests: how often it runs in a frame may differ from film to film.");
  }

  /** Waits no longer for what has not come for long. */
  private giveUp(): void {
    for (const [id, { what, since }] of this.waiting) {
      if (real.now() - since < PATIENCE_MS) continue;
      this.waiting.delete(id);
      if (this.given.has(what)) continue;
      this.given.add(what);
      this.note(`After ${PATIENCE_MS / 1000} s ${what} had not come: the film goes on without it.`);
    }
  }
}
