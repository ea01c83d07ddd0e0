import { WorkerReaders } from "../hashing/worker-readers.js";
import type { WebSocketConstructor } from "../watch/socket.js";
import type { Platform } from "./platform.js";

const MOST_WORKERS = 4;

/** What browsers have of their own. */
export const browser: Platform = {
  webSocket: globalThis.WebSocket as unknown as WebSocketConstructor | undefined,
  openReaders() {
    return new WorkerReaders(Math.min(Math.max(navigator.hardwareConcurrency || 2, 1), MOST_WORKERS));
  },
};
