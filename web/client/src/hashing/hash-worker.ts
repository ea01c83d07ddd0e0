import { createSHA256, sha256 } from "hash-wasm";

import { FileReading, type Digest, type FileFacts } from "./file-reader.js";

/** The worker that hashes files and looks for secrets in them; its own file, so that a page stays responsive. */

/** What a page asks for: read this file, or take the blocks that follow, one after the other. */
export type Order =
  | { id: number; order: "file"; path: string; blob: Blob }
  | { id: number; order: "begin"; path: string }
  | { id: number; order: "block"; block: Uint8Array<ArrayBuffer> }
  | { id: number; order: "end" }
  | { id: number; order: "stop" };

/** What it is told: bytes read since the last word, what the file is, or why it cannot be read. */
export type Answer = { id: number; bytes: number } | { id: number; facts: FileFacts } | { id: number; failed: string };

const BLOCK_BYTES = 8 << 20;
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(answer: Answer): void;
};
const open = new Map<number, Promise<FileReading>>();
const stopped = new Set<number>();

scope.onmessage = ({ data }) => {
  void follow(data).catch((error: unknown) => {
    open.delete(data.id);
    scope.postMessage({ id: data.id, failed: error instanceof Error ? error.message : String(error) });
  });
};

async function follow(order: Order): Promise<void> {
  const { id } = order;
  switch (order.order) {
    case "file":
      return await readFile(id, order.path, order.blob);
    case "begin":
      open.set(
        id,
        wasmDigest().then((digest) => new FileReading(order.path, digest)),
      );
      return;
    case "block":
      (await open.get(id))?.feed(order.block);
      scope.postMessage({ id, bytes: order.block.length });
      return;
    case "end": {
      const facts = await (await open.get(id))?.end();
      open.delete(id);
      if (facts) scope.postMessage({ id, facts });
      return;
    }
    case "stop":
      if (!open.delete(id)) stopped.add(id);
  }
}

async function readFile(id: number, path: string, blob: Blob): Promise<void> {
  const isOneBlock = blob.size <= BLOCK_BYTES;
  const reading = new FileReading(path, isOneBlock ? oneBlockDigest() : await wasmDigest());
  for await (const block of blocksOf(blob)) {
    if (stopped.delete(id)) return;
    reading.feed(block);
    scope.postMessage({ id, bytes: block.length });
  }
  scope.postMessage({ id, facts: await reading.end() });
}

/** While one block is hashed the next one is read. */
async function* blocksOf(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const read = (at: number): Promise<ArrayBuffer> => blob.slice(at, at + BLOCK_BYTES).arrayBuffer();
  let next = read(0);
  for (let at = BLOCK_BYTES; at < blob.size; at += BLOCK_BYTES) {
    const block = await next;
    next = read(at);
    next.catch(() => undefined); // it is told where the block is waited for
    yield new Uint8Array(block);
  }
  yield new Uint8Array(await next);
}

/** The browser's own, several times as fast, takes all bytes at once; outside of secure contexts there is none. */
function oneBlockDigest(): Digest {
  let only: Uint8Array = new Uint8Array();
  return {
    update: (block) => void (only = block),
    async hex() {
      if (globalThis.crypto?.subtle === undefined) return await sha256(only);
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", only as Uint8Array<ArrayBuffer>));
      return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    },
  };
}

async function wasmDigest(): Promise<Digest> {
  const hash = await createSHA256();
  hash.init();
  return { update: (block) => void hash.update(block), hex: () => hash.digest("hex") };
}
