/** What both entries of the package have, that of browsers and that of Node. */

export type { ClientOptions, ExportFilter, IdempotentOptions, PageOptions } from "./client.js";
export type { Download } from "./download.js";
export type { RequestOptions } from "./http/connection.js";
export { ExportError, type Problem } from "./http/export-error.js";
export type { LeftOut, LeftOutCode } from "./project/home-rule.js";
export { objectionTo as objectionToPath } from "./project/paths.js";
export type { PushPhase, PushProgress } from "./push/progress.js";
export type { PushOptions, PushResult } from "./push/push.js";
export { filesFromDrop } from "./sources/from-drop.js";
export { filesFromInput } from "./sources/from-input.js";
export { fromBlob, fromContent, type SourceFile } from "./sources/source-file.js";
export type * from "./types.js";
export type { WebSocketConstructor } from "./watch/socket.js";
export { hasEnded } from "./watch/state-order.js";
export type { WatchEvent, WatchOptions } from "./watch/watch.js";
