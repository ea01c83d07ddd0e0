import type { AethelExportClient, ExportSummary, State } from "@aethel/export-client";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { ExportFeed, hasEnded } from "../export-feed.js";

/** Sockets are few: ten of a user may be opened in a second. The rest is refreshed with the list. */
const MOST_FOLLOWED = 6;

interface Followed {
  readonly feed: ExportFeed;
  readonly leave: () => void;
}

/** A reactive controller that follows the newest exports that are under way, and updates its host after every change. */
export class LiveExports implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #client: () => AethelExportClient | null;
  readonly #projectId: () => string | null;
  readonly #followed = new Map<string, Followed>();

  constructor(host: ReactiveControllerHost, client: () => AethelExportClient | null, projectId: () => string | null) {
    this.#host = host;
    this.#client = client;
    this.#projectId = projectId;
    host.addController(this);
  }

  hostDisconnected(): void {
    for (const id of [...this.#followed.keys()]) this.#leave(id);
  }

  /** Follow these, as many as may be, and no others. */
  follow(running: readonly ExportSummary[]): void {
    const [client, projectId] = [this.#client(), this.#projectId()];
    const wanted = new Set(client && projectId ? running.slice(0, MOST_FOLLOWED).map(({ id }) => id) : []);
    for (const id of [...this.#followed.keys()]) if (!wanted.has(id)) this.#leave(id);
    for (const id of wanted) {
      if (this.#followed.has(id)) continue;
      const feed = ExportFeed.of(client!, projectId!, id);
      this.#followed.set(id, { feed, leave: feed.follow(() => this.#host.requestUpdate(), { log: false }) });
    }
  }

  /** What is known of an export at the moment. */
  newest(summary: ExportSummary): ExportSummary {
    const feed = this.#followed.get(summary.id)?.feed;
    return feed?.state ? withState(summary, feed.state, feed.percent) : summary;
  }

  /** Those that have ended since they are followed; they are followed no longer. */
  ended(): ExportSummary[] {
    const found: ExportSummary[] = [];
    for (const [id, { feed }] of this.#followed) {
      if (feed.state === null || !hasEnded(feed.state.status)) continue;
      found.push(withState({ id } as ExportSummary, feed.state, feed.percent));
      this.#leave(id);
    }
    return found;
  }

  #leave(id: string): void {
    this.#followed.get(id)?.leave();
    this.#followed.delete(id);
  }
}

function withState(summary: ExportSummary, state: State, progress: number): ExportSummary {
  const { platform, configuration, status, currentStep, createdAt, completedAt, warningCount } = state;
  return { ...summary, platform, configuration, status, progress, currentStep, createdAt, completedAt, warningCount };
}
