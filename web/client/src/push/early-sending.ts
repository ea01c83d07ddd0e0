import type { Connection } from "../http/connection.js";
import { ExportError, isConnectionLost } from "../http/export-error.js";
import type { MissingBlobs } from "../types.js";
import type { Arrivals } from "./arrivals.js";
import { PACK_BYTES, PARALLEL, sendContents, type Content } from "./transfer.js";

const MOST_HASHES = 10_000; // of one question, as the gateway takes them
const QUESTIONS = 16; // the gateway looks through the whole project for each

/**
 * Sends what a project lacks while its other files are still being hashed, one batch at a time.
 *
 * It is in nobody's way: where the gateway does not answer such questions, or refuses the whole project, or the connection is lost, no more goes,
 * and what the manifest is answered with counts. A small project asks nothing.
 */
export class EarlySending {
  readonly #enough: number;
  readonly #failure = new AbortController();
  readonly #signal: AbortSignal;
  readonly #known = new Set<string>();
  #offered: Content[] = [];
  #offeredBytes = 0;
  #batch: Promise<void> | null = null;
  #mayAsk = true;

  constructor(
    readonly connection: Connection,
    readonly projectPath: string,
    readonly total: { files: number; bytes: number },
    readonly arrivals: Arrivals,
    signal: AbortSignal | undefined,
  ) {
    this.#enough = Math.max(PARALLEL * PACK_BYTES, total.bytes / QUESTIONS);
    this.#signal = signal ? AbortSignal.any([signal, this.#failure.signal]) : this.#failure.signal;
  }

  /** Fires where a batch has failed for good, or the push was called off: reading more is in vain. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** A content that was read and goes; from time to time it is asked for, with those before it. */
  offer(content: Content): void {
    if (!this.#mayAsk || this.#known.has(content.sha256)) return;
    this.#known.add(content.sha256);
    this.#offered.push(content);
    this.#offeredBytes += content.size;
    if (this.#batch === null && this.#offeredBytes >= this.#enough) this.#begin();
  }

  /** Send the rest, if anything was sent; raises what a batch has failed with. */
  async finish(): Promise<void> {
    await this.#batch;
    const hasSent = this.arrivals.total.files > 0;
    if (hasSent) this.arrivals.show();
    while (hasSent && this.#mayAsk && this.#offered.length > 0 && !this.#signal.aborted) {
      this.#begin();
      await this.#batch;
    }
    this.#signal.throwIfAborted();
  }

  /** End what is under way: the push has failed elsewhere. */
  async stop(reason: unknown): Promise<void> {
    this.#mayAsk = false;
    this.#failure.abort(reason);
    await this.#batch;
  }

  /** It never raises: what has failed for good is the signal's reason. */
  #begin(): void {
    const contents = this.#offered.splice(0, MOST_HASHES);
    this.#offeredBytes = this.#offered.reduce((sum, { size }) => sum + size, 0);
    this.#batch = this.#send(contents)
      .catch((error: unknown) => {
        this.#mayAsk = false;
        if (!isConnectionLost(error)) this.#failure.abort(error);
      })
      .finally(() => (this.#batch = null));
  }

  async #send(contents: readonly Content[]): Promise<void> {
    const missing = await this.#missing(contents);
    if (missing.length === 0) return;
    this.arrivals.expect(missing);
    await sendContents(this.connection, this.projectPath, missing, {
      signal: this.#signal,
      onSent: (content, bytes) => this.arrivals.reached(content, bytes),
    });
  }

  async #missing(contents: readonly Content[]): Promise<Content[]> {
    const { files, bytes: totalBytes } = this.total;
    const json = { sha256: contents.map(({ sha256 }) => sha256), files, totalBytes };
    try {
      const answer = await this.connection.json<MissingBlobs>("POST", `${this.projectPath}/blobs/missing`, {
        json,
        signal: this.#signal,
        repeatable: true,
      });
      const missing = new Set(answer.missing);
      return contents.filter(({ sha256 }) => missing.has(sha256));
    } catch (error) {
      if (!(error instanceof ExportError)) throw error;
      this.#mayAsk = false;
      return [];
    }
  }
}
