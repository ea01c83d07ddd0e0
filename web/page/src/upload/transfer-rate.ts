const WINDOW_MS = 6_000;
const LEAST_MS = 800; // before a speed is told at all

/** The speed of a transfer over its last seconds. Times are milliseconds of one clock that never goes back. */
export class TransferRate {
  #samples: { atMs: number; bytes: number }[] = [];

  /** So many bytes have gone by now, in all. */
  add(bytes: number, atMs: number): void {
    const last = this.#samples.at(-1);
    if (last && bytes < last.bytes) this.#samples = []; // sent anew after the connection was lost
    this.#samples.push({ atMs, bytes });
    while (this.#samples.length > 2 && this.#samples[1]!.atMs <= atMs - WINDOW_MS) this.#samples.shift();
  }

  /** Bytes a second, or null while it is too early to say. */
  get bytesPerS(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.atMs - first.atMs < LEAST_MS) return null;
    return ((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs);
  }

  /** Seconds until `bytes` more have gone, or null where nobody can say. */
  secondsFor(bytes: number): number | null {
    const speed = this.bytesPerS;
    return speed ? bytes / speed : null;
  }
}
