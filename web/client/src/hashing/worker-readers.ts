import { clientError } from "../http/export-error.js";
import type { FileFacts, FileReaders, ReadableFile, ReadOptions, StreamDigest } from "./file-reader.js";
import type { Answer, Order } from "./hash-worker.js";

/** Web Workers that read files side by side. */
export class WorkerReaders implements FileReaders {
  readonly width: number;
  readonly #workers: HashWorker[] = [];
  #next = 0;

  constructor(width: number) {
    this.width = width;
  }

  async read(file: ReadableFile, options: ReadOptions): Promise<FileFacts> {
    options.signal?.throwIfAborted();
    const worker = this.#worker();
    if (file.blob) return await worker.readBlob(file.path, file.blob, options);
    const digest = worker.begin(file.path);
    const stop = (): void => digest.stop();
    options.signal?.addEventListener("abort", stop, { once: true });
    try {
      for await (const block of file.stream()) {
        options.signal?.throwIfAborted();
        await digest.update(block);
        options.onBytes(block.length);
      }
      return await digest.end();
    } catch (error) {
      digest.stop();
      throw error;
    } finally {
      options.signal?.removeEventListener("abort", stop);
    }
  }

  digest(): Promise<StreamDigest> {
    const digest = this.#worker().begin("");
    return Promise.resolve({
      update: (block: Uint8Array) => digest.update(block),
      hex: async () => (await digest.end()).sha256,
    });
  }

  close(): void {
    for (const worker of this.#workers.splice(0)) worker.close();
  }

  /** The workers take turns; each is started when its first turn comes. */
  #worker(): HashWorker {
    const at = this.#next++ % this.width;
    return (this.#workers[at] ??= new HashWorker());
  }
}

interface Waiting {
  onBytes(bytes: number): void;
  resolve(facts: FileFacts): void;
  reject(error: unknown): void;
}

/** One worker and what it has been asked for. */
class HashWorker {
  readonly #worker = new Worker(new URL("./hash-worker.js", import.meta.url), { type: "module" });
  readonly #waiting = new Map<number, Waiting>();
  #ids = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message || "the worker that hashes files could not be started");
    };
  }

  readBlob(path: string, blob: Blob, { signal, onBytes }: ReadOptions): Promise<FileFacts> {
    const id = ++this.#ids;
    return new Promise<FileFacts>((resolve, reject) => {
      const stop = (): void => {
        this.#post({ id, order: "stop" });
        this.#waiting.delete(id);
        reject(signal?.reason as Error);
      };
      const done = (): void => signal?.removeEventListener("abort", stop);
      this.#waiting.set(id, {
        onBytes,
        resolve: (facts) => (done(), resolve(facts)),
        reject: (error) => (done(), reject(error as Error)),
      });
      signal?.addEventListener("abort", stop, { once: true });
      this.#post({ id, order: "file", path, blob });
    });
  }

  begin(path: string): { update(block: Uint8Array): Promise<void>; end(): Promise<FileFacts>; stop(): void } {
    const id = ++this.#ids;
    let taken = (): void => {};
    const facts = new Promise<FileFacts>((resolve, reject) => {
      this.#waiting.set(id, { onBytes: () => taken(), resolve, reject });
    });
    facts.catch(() => undefined); // it is told where somebody waits for it
    this.#post({ id, order: "begin", path });
    return {
      update: async (block) => {
        const next = new Promise<void>((resolve) => (taken = resolve));
        const copy = block.slice(); // the block is its owner's
        this.#post({ id, order: "block", block: copy }, [copy.buffer]);
        await Promise.race([next, facts]);
      },
      end: () => {
        this.#post({ id, order: "end" });
        return facts;
      },
      stop: () => {
        this.#waiting.delete(id);
        this.#post({ id, order: "stop" });
        taken();
      },
    };
  }

  close(): void {
    this.#worker.terminate();
    this.#fail("the reading was called off");
  }

  #post(order: Order, transfer: Transferable[] = []): void {
    this.#worker.postMessage(order, transfer);
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    if ("bytes" in answer) return waiting.onBytes(answer.bytes);
    this.#waiting.delete(answer.id);
    if ("facts" in answer) waiting.resolve(answer.facts);
    else waiting.reject(unreadable(answer.failed));
  }

  #fail(reason: string): void {
    for (const waiting of this.#waiting.values()) waiting.reject(unreadable(reason));
    this.#waiting.clear();
  }
}

function unreadable(reason: string): Error {
  return clientError("file-unreadable", "A file cannot be read", reason);
}
