import { BaseClient, type ClientOptions } from "./client.js";
import { browser } from "./platform/browser.js";

/** `@aethel/export-client` for browsers: push projects to Aethel Export, export them, and watch. */

export class AethelExportClient extends BaseClient {
  constructor(options: ClientOptions) {
    super(options, browser);
  }
}
export * from "./shared.js";
