/** A file of the page's private file system, written by a worker: only workers may write without copying. */

import { real } from "../real";
import source from "./ringWorker?text";

type Answer =
  { opened: true } | { closed: true } | { failed: string } | { slot: number; pixels: Uint8Array<ArrayBuffer> };

export class OpfsFile {
  private readonly worker: Worker;
  private readonly ready: Promise<void>;
  private settleReady: { resolve: () => void; reject: (error: Error) => void } | null = null;
  private closed: (() => void) | null = null;
  private readonly spare: Uint8Array<ArrayBuffer>[] = [];
  private failure: Error | null = null;
  /** Called when a write has reached the file. */
  onWritten: (slot: number) => void = () => undefined;
  onFailed: (error: Error) => void = () => undefined;

  constructor(
    private readonly name: string,
    bytes: number,
  ) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.worker = new real.Worker(url);
    URL.revokeObjectURL(url);
    this.ready = new real.Promise<void>((resolve, reject) => (this.settleReady = { resolve, reject }));
    this.ready.catch(() => undefined);
    this.worker.onmessage = ({ data }: MessageEvent<Answer>) => this.hear(data);
    this.worker.onerror = (event) => this.fail(event.message || "the worker that writes could not be started");
    this.worker.postMessage({ open: name, bytes });
  }

  private hear(answer: Answer): void {
    if ("opened" in answer) this.settleReady?.resolve();
    else if ("closed" in answer) this.closed?.();
    else if ("failed" in answer) this.fail(answer.failed);
    else {
      this.spare.push(answer.pixels);
      this.onWritten(answer.slot);
    }
  }

  private fail(why: string): void {
    this.failure = new Error(`film: ${this.name}: ${why}`);
    this.settleReady?.reject(this.failure);
    this.onFailed(this.failure);
  }

  /** Resolves when the file is there in its whole length. */
  opened(): Promise<void> {
    return this.ready;
  }

  /** Memory for a write; it comes back when it has been written. */
  buffer(bytes: number): Uint8Array<ArrayBuffer> {
    const spare = this.spare.pop();
    return spare?.length === bytes ? spare : new Uint8Array(bytes);
  }

  write(slot: number, at: number, pixels: Uint8Array<ArrayBuffer>): void {
    if (this.failure) throw this.failure;
    this.worker.postMessage({ slot, at, pixels }, [pixels.buffer]);
  }

  async close(): Promise<void> {
    await new real.Promise<void>((resolve) => {
      this.closed = resolve;
      this.worker.postMessage({ close: true });
    });
    this.worker.terminate();
  }
}
