/** Fetches the game's files and knows how many of their bytes are there. */

import { AssetError, messageOf } from "../core/errors";
import { besideVariants, PROJECT_ROOTS, variantsOf } from "../core/paths";

type Files = Record<string, { size: number; url?: string }>;

const ATTEMPTS = 3;
const RETRY_DELAY_MS = 400;

export class Downloads {
  private expected = 0;
  private received = 0;
  private highest = 0;
  /** Told the part that has arrived. It never falls, and stays below 1: only the caller knows when nothing more will be needed. */
  onProgress: (fraction: number) => void = () => undefined;

  constructor(
    private readonly base: string,
    private readonly files: Files,
  ) {}

  /** The project path that a reference means, or null: `assets/` may be left out. */
  find(reference: string): string | null {
    return variantsOf(reference, PROJECT_ROOTS).find((path) => path in this.files) ?? null;
  }

  /** Throws an AssetError that says who asked for it. */
  resolve(reference: string, requester: string): string {
    return this.found(this.find(reference), reference, requester);
  }

  /** The project path of what a model names beside itself. Throws an AssetError that names the model. */
  resolveBeside(model: string, uri: string): string {
    const variants = besideVariants(model, uri);
    const path = variants.find((variant) => variant in this.files) ?? null;
    return this.found(path, variants[0] as string, model);
  }

  private found(path: string | null, reference: string, requester: string): string {
    if (path === null)
      throw new AssetError(reference, `“${reference}” is not among the game's files; ${requester} asks for it.`);
    return path;
  }

  urlOf(path: string): string {
    const shipped = this.files[path]?.url ?? path;
    return new URL(shipped.split("/").map(encodeURIComponent).join("/"), this.base).href;
  }

  /** The bytes of a project path. */
  bytes(path: string): Promise<ArrayBuffer> {
    return this.fetch(this.urlOf(path), path, this.files[path]?.size ?? 0);
  }

  /** The bytes of a file that says what else is needed. They do not count for the progress: before the rest is known, no part of it has been done. */
  document(path: string): Promise<ArrayBuffer> {
    return this.fetch(this.urlOf(path), path);
  }

  /** The bytes behind any URL of the player itself; they count for the progress too. */
  async fetch(url: string, name: string, size = 0): Promise<ArrayBuffer> {
    this.expected += size;
    for (let attempt = 1; ; attempt++) {
      const before = this.received;
      try {
        return await this.read(url, size);
      } catch (cause) {
        this.received = before;
        if (attempt === ATTEMPTS || cause instanceof PermanentFailure) {
          throw new AssetError(name, `“${name}” could not be loaded: ${messageOf(cause)}.`, { cause });
        }
        await new Promise((done) => setTimeout(done, RETRY_DELAY_MS * attempt));
      }
    }
  }

  private async read(url: string, size: number): Promise<ArrayBuffer> {
    const answer = await fetch(url);
    if (!answer.ok)
      throw answer.status >= 500
        ? new Error(`status ${answer.status}`)
        : new PermanentFailure(`status ${answer.status}`);
    if (size === 0 || !answer.body) return answer.arrayBuffer();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const reader = answer.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value as Uint8Array<ArrayBuffer>);
      this.count(part.value.length);
    }
    return concatenate(parts);
  }

  private count(bytes: number): void {
    this.received += bytes;
    this.highest = Math.max(this.highest, Math.min(this.received / this.expected, 0.99));
    this.onProgress(this.highest);
  }

  /** Begins to count anew: a new scene, a new bar. */
  restartProgress(): void {
    this.expected = this.received = this.highest = 0;
  }
}

/** One buffer of all parts. Not made through a Blob, which would take the bytes to another process and back. */
function concatenate(parts: Uint8Array<ArrayBuffer>[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}

/** An answer of the host that asking again will not change. */
class PermanentFailure extends Error {}
