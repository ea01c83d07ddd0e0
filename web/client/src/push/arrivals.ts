import type { ProgressReport } from "./progress.js";
import type { Content } from "./transfer.js";

/** What of a push has gone; told from the moment at which nothing but sending is left to do. */
export class Arrivals {
  readonly #report: ProgressReport;
  readonly #sizes = new Map<string, number>(); // of all that was ever to go, by hash
  readonly #gone = new Map<string, number>(); // their bytes that are on their way or there
  #total = { files: 0, bytes: 0 };
  #done = { files: 0, bytes: 0 };
  #isShown = false;

  constructor(report: ProgressReport) {
    this.#report = report;
  }

  /** All that was ever to go. */
  get total(): { files: number; bytes: number } {
    return { ...this.#total };
  }

  get isShown(): boolean {
    return this.#isShown;
  }

  /** These go now; what was to go before and is not among them has arrived. */
  expect(missing: readonly Content[]): void {
    const again = new Set(missing.map(({ sha256 }) => sha256));
    for (const [sha256, size] of this.#sizes) this.#set(sha256, size, again.has(sha256) ? undefined : size);
    for (const { sha256, size } of missing) {
      if (this.#sizes.has(sha256)) continue;
      this.#sizes.set(sha256, size);
      this.#total = { files: this.#total.files + 1, bytes: this.#total.bytes + size };
    }
    if (this.#isShown) this.#report.grow(this.#total);
  }

  /** Tell it from now on. */
  show(): void {
    if (this.#isShown) return;
    this.#isShown = true;
    this.#report.begin("uploading", this.#total);
    this.#report.reached(this.#done, null);
  }

  /** So many bytes of a content have gone. */
  reached({ sha256, size, path }: Content, bytes: number): void {
    if (this.#gone.get(sha256) === bytes) return;
    this.#set(sha256, size, bytes);
    if (this.#isShown) this.#report.reached(this.#done, { path, bytes: { done: bytes, total: size } });
  }

  #set(sha256: string, size: number, bytes: number | undefined): void {
    const before = this.#gone.get(sha256);
    this.#done.bytes += (bytes ?? 0) - (before ?? 0);
    this.#done.files += Number(bytes === size) - Number(before === size);
    if (bytes === undefined) this.#gone.delete(sha256);
    else this.#gone.set(sha256, bytes);
  }
}
