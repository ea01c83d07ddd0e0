import type { AethelExportClient } from "@aethel/export-client";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { ExportFeed } from "./export-feed.js";

/** Which export; null while that is not known. */
export type Target = { client: AethelExportClient; projectId: string; exportId: string } | null;

/**
 * A reactive controller that follows one export while its host is in a document, and updates the host after every change.
 *
 * Which export it is may change with the host's properties. All that follow the same one share its feed.
 */
export class ExportWatch implements ReactiveController {
  /** What is known of the export; null while there is none. */
  feed: ExportFeed | null = null;

  readonly #host: ReactiveControllerHost & Element;
  readonly #target: () => Target;
  readonly #log: boolean;
  #leave: (() => void) | null = null;

  /**
   * @param host The element that shows the export.
   * @param target Which one, asked before every update.
   * @param options `log`: whether the lines of its log are wanted, too.
   */
  constructor(host: ReactiveControllerHost & Element, target: () => Target, options: { log?: boolean } = {}) {
    this.#host = host;
    this.#target = target;
    this.#log = options.log ?? false;
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    const target = this.#host.isConnected ? this.#target() : null;
    const feed = target && ExportFeed.of(target.client, target.projectId, target.exportId);
    if (feed === this.feed) return;
    this.hostDisconnected();
    this.feed = feed;
    this.#leave = feed?.follow(() => this.#host.requestUpdate(), { log: this.#log }) ?? null;
  }

  hostDisconnected(): void {
    this.#leave?.();
    this.#leave = null;
    this.feed = null;
  }
}
