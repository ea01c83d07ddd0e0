import type { Connection } from "../http/connection.js";
import { clientError, ExportError } from "../http/export-error.js";
import { upload, type UploadBody } from "../http/upload.js";
import { shown } from "../project/visible-text.js";
import { bytesOf, type SourceFile } from "../sources/source-file.js";
import { inParallel } from "./pool.js";
import { TAR_BLOCK, tarParts, type TarEntry } from "./tar.js";

/** A file's content as the manifest names it. */
export interface Content {
  sha256: string;
  size: number;
  path: string;
  file: SourceFile;
}

const SMALL_BYTES = 1 << 20; // such files travel together
export const PACK_BYTES = 8 << 20;
export const PARALLEL = 4; // the gateway takes as many bodies of one user at a time
const ATTEMPTS = 4; // where the service says "later"; after a lost connection the push compares anew

/** Called with the bytes of each content that have gone. */
export type OnContent = (content: Content, bytes: number) => void;

/** Send contents that the project lacks: small ones together, large ones each by itself, several at once. */
export async function sendContents(
  connection: Connection,
  projectPath: string,
  contents: readonly Content[],
  options: { signal?: AbortSignal | undefined; onSent: OnContent },
): Promise<void> {
  const small = contents.filter(({ size }) => size <= SMALL_BYTES);
  const large = contents.filter(({ size }) => size > SMALL_BYTES);
  const loads = [...large.map((content) => [content]), ...packs(small)];
  await inParallel(loads, PARALLEL, options.signal, async (load, signal) => {
    const [only] = load;
    const send = only && load.length === 1 && only.size > SMALL_BYTES ? sendBlob(only) : sendPack(load);
    await send(connection, projectPath, signal, options.onSent);
  });
}

type Send = (connection: Connection, projectPath: string, signal: AbortSignal, onSent: OnContent) => Promise<void>;

function sendBlob(content: Content): Send {
  return async (connection, projectPath, signal, onSent) => {
    const body = await bodyOf(content);
    await told([content], async () => {
      await upload(connection, {
        method: "PUT",
        path: `${projectPath}/blobs/${content.sha256}`,
        type: "application/octet-stream",
        size: content.size,
        body,
        signal,
        attempts: ATTEMPTS,
        onSent: (bytes) => onSent(content, bytes),
      });
    });
    onSent(content, content.size);
  };
}

function sendPack(contents: readonly Content[]): Send {
  return async (connection, projectPath, signal, onSent) => {
    const entries: TarEntry[] = [];
    for (const content of contents) entries.push(await entryOf(content));
    const tar = new Blob(tarParts(entries), { type: "application/x-tar" });
    await told(contents, async () => {
      await upload(connection, {
        method: "POST",
        path: `${projectPath}/blobs`,
        type: "application/x-tar",
        size: tar.size,
        body: () => tar,
        signal,
        attempts: ATTEMPTS,
        onSent: (bytes) =>
          spread(contents, (bytes / tar.size) * contents.reduce((sum, { size }) => sum + size, 0), onSent),
      });
    });
    for (const content of contents) onSent(content, content.size);
  };
}

/** In a pack the files go one after the other. */
function spread(contents: readonly Content[], bytes: number, onSent: OnContent): void {
  let left = Math.floor(bytes);
  for (const content of contents) {
    onSent(content, Math.min(left, content.size));
    left -= content.size;
    if (left <= 0) return;
  }
}

function* packs(contents: readonly Content[]): Generator<Content[]> {
  let pack: Content[] = [];
  let size = 0;
  for (const content of contents) {
    if (pack.length > 0 && size + content.size > PACK_BYTES) {
      yield pack;
      [pack, size] = [[], 0];
    }
    pack.push(content);
    size += content.size + TAR_BLOCK; // its header, more than many a tiny file has
  }
  if (pack.length > 0) yield pack;
}

async function entryOf(content: Content): Promise<TarEntry> {
  const { blob } = content.file;
  const bytes = blob ?? (await bytesOf(content.file));
  const size = bytes instanceof Blob ? bytes.size : bytes.length;
  if (size !== content.size) throw changed(content.path);
  return { name: content.sha256, size, content: bytes };
}

/** How to begin sending a large content: browsers stream nothing but what they hold themselves. */
async function bodyOf({ file }: Content): Promise<() => UploadBody> {
  const { blob } = file;
  if (blob) return () => blob;
  if (typeof XMLHttpRequest === "undefined") return () => file.stream();
  const held = await new Response(file.stream()).blob();
  return () => held;
}

/** What the service refuses as other bytes than were announced has changed since it was read. */
async function told(contents: readonly Content[], send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!(error instanceof ExportError) || error.code !== "wrong-hash") throw error;
    const named = contents.find(({ sha256 }) => error.detail.includes(sha256)) ?? contents[0];
    throw changed(named?.path ?? "", error);
  }
}

function changed(path: string, cause?: unknown): ExportError {
  const detail = `${shown(path)} has changed since it was read: push again when it is at rest`;
  return clientError("file-changed", "A file has changed", detail, { cause });
}
