import { BaseClient, type ClientOptions } from "./client.js";
import { node } from "./platform/node.js";

/** The same for Node: `ws` in the place of the browser's sockets, `node:crypto` in the place of its workers. */

export class AethelExportClient extends BaseClient {
  constructor(options: ClientOptions) {
    super(options, node);
  }
}
export * from "./shared.js";
