import type { Connection } from "./http/connection.js";
import { refusal } from "./http/connection.js";
import { sleep, waitS } from "./http/back-off.js";
import { clientError, connectionLost, isTransient } from "./http/export-error.js";
import type { FileReaders, StreamDigest } from "./hashing/file-reader.js";
import type { State } from "./types.js";

export interface Download {
  fileName: string;
  /** Bytes. */
  size: number;
  sha256: string;
  /** Ends with an error, `artifact-damaged`, where what came is not what was announced. */
  body: ReadableStream<Uint8Array>;
}

const BACK_OFF = { firstS: 0.5, longestS: 15 };
const FRUITLESS = 5; // attempts in a row that bring nothing

/**
 * The artifact of a finished export as a stream that is checked against its SHA-256 at the end, and goes on where the connection was lost.
 *
 * In a browser the storage has to allow the page's origin (CORS); a link to `state.downloadUrl` needs nothing.
 */
export async function download(
  connection: Connection,
  exportPath: string,
  state: State,
  {
    fetch,
    openReaders,
    signal,
  }: { fetch: typeof globalThis.fetch; openReaders: () => FileReaders; signal?: AbortSignal | undefined },
): Promise<Download> {
  const { downloadUrl, fileName, fileSize, sha256 } = state;
  if (downloadUrl === null || fileName === null || fileSize === null || sha256 === null) {
    return await sayWhyNot(connection, exportPath, state, signal);
  }
  const parts = new ArtifactParts(fetch, downloadUrl, fileSize, signal);
  await parts.open(); // what is refused is told before there is a stream
  const readers = openReaders();
  const digest = await readers.digest();
  const check = { digest, sha256, size: fileSize };
  const body = checked(parts.blocks(), check, () => readers.close());
  return { fileName, size: fileSize, sha256, body };
}

/** The service's own refusal says what to do. */
async function sayWhyNot(connection: Connection, path: string, state: State, signal?: AbortSignal): Promise<never> {
  await connection.json("GET", `${path}/download`, signal ? { signal } : {});
  throw clientError("conflict", "There is nothing to download", `the export is ${state.status}`, { status: 409 });
}

/** The bytes of an artifact, in order, over as many connections as it takes. */
class ArtifactParts {
  #answer: Response | null = null;
  #at = 0;

  constructor(
    readonly fetch: typeof globalThis.fetch,
    readonly url: string,
    readonly size: number,
    readonly signal: AbortSignal | undefined,
  ) {}

  /** Ask for what is not there yet. */
  async open(): Promise<void> {
    const headers = this.#at > 0 ? { Range: `bytes=${this.#at}-` } : {};
    try {
      this.#answer = await this.fetch(this.url, { headers, ...(this.signal ? { signal: this.signal } : {}) });
    } catch (error) {
      throw this.#lost(error);
    }
    if (!this.#answer.ok) throw await refusal(this.#answer);
  }

  async *blocks(): AsyncGenerator<Uint8Array> {
    for (let failures = 0; this.#at < this.size || failures === 0;) {
      const before = this.#at;
      try {
        if (this.#answer === null) await this.open();
        yield* this.#rest();
        return;
      } catch (error) {
        failures = this.#at > before ? 1 : failures + 1;
        if (!isTransient(error) || failures > FRUITLESS) throw error;
        this.#answer = null;
        await sleep(waitS(failures, BACK_OFF, { retryAfterS: error.retryAfterS }), this.signal);
      }
    }
  }

  async *#rest(): AsyncGenerator<Uint8Array> {
    let skip = this.#answer?.status === 206 ? 0 : this.#at; // who knows no ranges sends all of it
    const reader = this.#answer?.body?.getReader();
    try {
      for (;;) {
        const next = await reader?.read().catch((error: unknown) => {
          throw this.#lost(error);
        });
        if (!next || next.done) break;
        const block = next.value.subarray(Math.min(skip, next.value.length));
        skip -= next.value.length - block.length;
        this.#at += block.length;
        if (block.length > 0) yield block;
      }
      if (this.#at < this.size) throw connectionLost(`the artifact ended after ${this.#at} of ${this.size} bytes`);
    } finally {
      await reader?.cancel().catch(() => undefined);
    }
  }

  #lost(error: unknown): unknown {
    return this.signal?.aborted
      ? this.signal.reason
      : connectionLost(`the download broke: ${(error as Error).message}`, error);
  }
}

function checked(
  blocks: AsyncGenerator<Uint8Array>,
  { digest, sha256, size }: { digest: StreamDigest; sha256: string; size: number },
  close: () => void,
): ReadableStream<Uint8Array> {
  let came = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await blocks.next();
        if (!done) {
          came += value.length;
          await digest.update(value);
          return controller.enqueue(value);
        }
        const hex = await digest.hex();
        close();
        if (came !== size || hex !== sha256) throw damaged();
        controller.close();
      } catch (error) {
        close();
        controller.error(error);
      }
    },
    async cancel() {
      close();
      await blocks.return(undefined);
    },
  });
}

function damaged(): Error {
  return clientError(
    "artifact-damaged",
    "The artifact arrived damaged",
    "what came is not what was announced: download it again",
    {
      retryable: true,
    },
  );
}
