import { createHash } from "node:crypto";
import { WebSocket } from "ws";

import { FileReading, type Digest, type FileReaders } from "../hashing/file-reader.js";
import type { WebSocketConstructor } from "../watch/socket.js";
import type { Platform } from "./platform.js";

/** What Node has in the place of the browser's own. */
export const node: Platform = { webSocket: WebSocket as unknown as WebSocketConstructor, openReaders };

const WIDTH = 4; // reading waits for the disk

function openReaders(): FileReaders {
  return {
    width: WIDTH,
    async read(file, { signal, onBytes }) {
      const reading = new FileReading(file.path, nodeDigest());
      for await (const block of file.stream() as unknown as AsyncIterable<Uint8Array>) {
        signal?.throwIfAborted();
        reading.feed(block);
        onBytes(block.length);
      }
      return await reading.end();
    },
    digest() {
      const digest = nodeDigest();
      return Promise.resolve({
        update: (block: Uint8Array) => Promise.resolve(digest.update(block)),
        hex: async () => await digest.hex(),
      });
    },
    close() {},
  };
}

function nodeDigest(): Digest {
  const hash = createHash("sha256");
  return { update: (block) => void hash.update(block), hex: () => hash.digest("hex") };
}
