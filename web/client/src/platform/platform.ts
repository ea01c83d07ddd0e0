import type { FileReaders } from "../hashing/file-reader.js";
import type { WebSocketConstructor } from "../watch/socket.js";

/** What a client needs of the place where it runs. */
export interface Platform {
  /** Undefined where there are no sockets: exports are watched by polling. */
  webSocket: WebSocketConstructor | undefined;
  openReaders(): FileReaders;
}
