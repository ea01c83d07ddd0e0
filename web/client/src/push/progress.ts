import type { LeftOut } from "../project/home-rule.js";

export type PushPhase = "reading" | "hashing" | "comparing" | "uploading" | "done";

export interface PushProgress {
  phase: PushPhase;
  /** Of this phase. */
  files: { done: number; total: number };
  bytes: { done: number; total: number };
  /** The one that has moved last; of a pack of small files, the last of them. */
  file: { path: string; bytes: { done: number; total: number } } | null;
  leftOut: readonly LeftOut[];
}

/** Tells how far a push is; within a phase nothing falls. */
export class ProgressReport {
  readonly #tell: ((progress: PushProgress) => void) | undefined;
  #phase: PushPhase = "reading";
  #files = { done: 0, total: 0 };
  #bytes = { done: 0, total: 0 };
  #file: PushProgress["file"] = null;
  #leftOut: readonly LeftOut[] = [];

  constructor(tell: ((progress: PushProgress) => void) | undefined) {
    this.#tell = tell;
  }

  begin(phase: PushPhase, total: { files: number; bytes: number }): void {
    this.#phase = phase;
    this.#files = { done: 0, total: total.files };
    this.#bytes = { done: 0, total: total.bytes };
    this.#file = null;
    this.#send();
  }

  leftOut(leftOut: readonly LeftOut[]): void {
    this.#leftOut = leftOut;
  }

  /** So many are done, of this phase and of one of its files. */
  reached(done: { files: number; bytes: number }, file: PushProgress["file"]): void {
    this.#files.done = Math.min(Math.max(this.#files.done, done.files), this.#files.total);
    this.#bytes.done = Math.min(Math.max(this.#bytes.done, done.bytes), this.#bytes.total);
    this.#file = file;
    this.#send();
  }

  /** More is to be done in this phase than was known at first. */
  grow(total: { files: number; bytes: number }): void {
    this.#files.total = total.files;
    this.#bytes.total = total.bytes;
    this.#send();
  }

  /** All that there was: files and bytes of the whole push. */
  end(total: { files: number; bytes: number }): void {
    this.#phase = "done";
    this.#files = { done: total.files, total: total.files };
    this.#bytes = { done: total.bytes, total: total.bytes };
    this.#file = null;
    this.#send();
  }

  #send(): void {
    this.#tell?.({
      phase: this.#phase,
      files: { ...this.#files },
      bytes: { ...this.#bytes },
      file: this.#file,
      leftOut: this.#leftOut,
    });
  }
}
