import { isScanned, SecretScanner } from "../project/secret-scanner.js";

/** What one reading of a file tells. */
export interface FileFacts {
  sha256: string;
  size: number;
  /** What in it looks like a secret; `""`: its name does, and what it holds does not speak against that; null: nothing. */
  secret: string | null;
}

/** Hashes what it is fed (SHA-256). */
export interface Digest {
  update(block: Uint8Array): void;
  /** Lower-case hexadecimal. */
  hex(): string | Promise<string>;
}

/** Hashes a file and looks for secrets in it, both in one reading. */
export class FileReading {
  readonly #digest: Digest;
  readonly #scanner: SecretScanner | null;
  #size = 0;

  constructor(path: string, digest: Digest) {
    this.#digest = digest;
    this.#scanner = isScanned(path) ? new SecretScanner(path) : null;
  }

  feed(block: Uint8Array): void {
    this.#digest.update(block);
    this.#scanner?.feed(block);
    this.#size += block.length;
  }

  async end(): Promise<FileFacts> {
    const secret = this.#scanner?.secret;
    return { sha256: await this.#digest.hex(), size: this.#size, secret: secret ? secret.found : null };
  }
}

/** Reads files side by side, off the thread that shows something. */
export interface FileReaders {
  /** How many files it can read at a time. */
  readonly width: number;
  read(file: ReadableFile, options: ReadOptions): Promise<FileFacts>;
  /** A digest of what comes piece by piece. */
  digest(): Promise<StreamDigest>;
  close(): void;
}

export interface ReadableFile {
  path: string;
  size: number;
  stream(): ReadableStream<Uint8Array>;
  blob?: Blob;
}

export interface ReadOptions {
  signal?: AbortSignal | undefined;
  /** Called with the bytes read since the last call. */
  onBytes(bytes: number): void;
}

export interface StreamDigest {
  update(block: Uint8Array): Promise<void>;
  hex(): Promise<string>;
}
