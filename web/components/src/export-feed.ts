/** One export as it is watched by this page: every element that shows it shares one connection. */
import type { AethelExportClient, Preview, State, WatchEvent } from "@aethel/export-client";

/** What the log consists of: lines, and gaps where lines may have been that cannot be shown. */
export type LogEntry = Extract<WatchEvent, { type: "log" | "gap" }>;

/** How news comes at the moment; null before the first and after the last. */
export type Connection = Extract<WatchEvent, { type: "connection" }>;

/** Beyond this many entries the oldest fifth is let go, so that a page can stay open for days. */
const MOST_ENTRIES = 10_000;
/** An element that is moved within a page leaves and comes back; that is no reason to connect anew. */
const LINGER_MS = 1_000;
const BURST_MS = 50;
const AGAIN_MS = 500;
const ENDED: ReadonlySet<string> = new Set(["completed", "failed", "canceled"]);

/** Whether nothing more happens to an export with this status, unless somebody retries it. */
export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}

/** Whether it was completed, but its artifact can no longer be downloaded: the service's clock decides. */
export function hasExpired(state: State): boolean {
  return state.status === "completed" && state.downloadUrl === null;
}

interface Watching {
  readonly client: AethelExportClient;
  readonly projectId: string;
  readonly exportId: string;
}

const FEEDS = new WeakMap<AethelExportClient, Map<string, ExportFeed>>();

/** The feed of one export; lives while somebody follows it. */
export class ExportFeed {
  /** The newest state; null until it has come. */
  state: State | null = null;
  /** Percent as shown: within a generation it never falls. */
  percent = 0;
  /** When the newest state came, in ms since the epoch: its `eta` counts from then. */
  receivedAt = 0;
  connection: Connection | null = null;
  /** The newest picture of a film that is being made; null where there is none. */
  preview: Preview | null = null;
  /** Why watching has ended before the export did. */
  error: Error | null = null;
  entries: LogEntry[] = [];
  /** How many entries were let go before the first of `entries`. */
  dropped = 0;

  readonly #watching: Watching;
  readonly #followers = new Map<() => void, boolean>();
  #running: AbortController | null = null;
  #withLog = false;
  #lastSeq = 0;
  #awaited = 0; // generation: an end of an earlier one is not the end
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #telling: ReturnType<typeof setTimeout> | undefined;

  private constructor(watching: Watching) {
    this.#watching = watching;
  }

  /** The feed of an export, the same one for all who ask with the same client. */
  static of(client: AethelExportClient, projectId: string, exportId: string): ExportFeed {
    const key = `${projectId}/${exportId}`;
    let feeds = FEEDS.get(client);
    if (feeds === undefined) FEEDS.set(client, (feeds = new Map<string, ExportFeed>()));
    let feed = feeds.get(key);
    if (feed === undefined) feeds.set(key, (feed = new ExportFeed({ client, projectId, exportId })));
    return feed;
  }

  /**
   * Call `follower` after every change, until the returned function is called.
   *
   * The log is only asked for while a follower wants it.
   */
  follow(follower: () => void, options: { log: boolean }): () => void {
    clearTimeout(this.#leaving);
    this.#followers.set(follower, options.log);
    if (options.log && !this.#withLog) this.#start(true);
    else if (this.#running === null && !this.#over) this.#start(this.#withLog);
    return () => this.#leave(follower);
  }

  /** Watch anew, after what had gone wrong was put right. */
  restart(): void {
    this.#start(this.#withLog);
  }

  /** Watch what a retry that was accepted has begun; the service may still tell of the end before it for a moment. */
  followRetry(): void {
    this.#awaited = (this.state?.generation ?? 0) + 1;
    this.#start(this.#withLog);
  }

  get #over(): boolean {
    if (this.error !== null) return true;
    return this.state !== null && this.state.generation >= this.#awaited && hasEnded(this.state.status);
  }

  #leave(follower: () => void): void {
    this.#followers.delete(follower);
    if (this.#followers.size > 0) return;
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => {
      this.#running?.abort();
      const { client, projectId, exportId } = this.#watching;
      FEEDS.get(client)?.delete(`${projectId}/${exportId}`);
    }, LINGER_MS);
  }

  #start(log: boolean): void {
    this.#running?.abort();
    this.#withLog = log;
    this.error = null;
    const running = new AbortController();
    this.#running = running;
    void this.#run(running, log);
  }

  async #run(running: AbortController, log: boolean): Promise<void> {
    const { client, projectId, exportId } = this.#watching;
    try {
      for (;;) {
        const options = { signal: running.signal, log, afterSeq: this.#lastSeq };
        for await (const event of client.watch(projectId, exportId, options)) {
          if (this.#running !== running) return;
          this.#take(event);
          if (event.type === "log" || event.type === "gap") this.#tellSoon();
          else this.#tell();
        }
        if (this.#running !== running || (this.state?.generation ?? 0) >= this.#awaited) break;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = error instanceof Error ? error : new Error(String(error));
    }
    if (this.#running !== running) return;
    this.#running = null;
    this.connection = null;
    this.#tell();
  }

  #take(event: WatchEvent): void {
    switch (event.type) {
      case "state":
        this.#takeState(event.state);
        break;
      case "connection":
        this.connection = event;
        break;
      case "preview":
        this.preview = event.preview;
        break;
      case "log":
        if (event.line.seq > this.#lastSeq) this.#keep(event, event.line.seq);
        break;
      case "gap":
        if (event.to >= event.from && event.to > this.#lastSeq) this.#keep(event, event.to);
        break;
    }
  }

  #takeState(state: State): void {
    const known = this.state;
    if (known !== null && state.generation < known.generation) return;
    const same = known?.generation === state.generation && !hasExpired(state);
    this.percent = same ? Math.max(this.percent, state.progress) : state.progress;
    if (known?.generation !== state.generation || hasEnded(state.status)) this.preview = null;
    this.state = state;
    this.receivedAt = Date.now();
  }

  #keep(entry: LogEntry, seq: number): void {
    this.#lastSeq = seq;
    this.entries.push(entry);
    if (this.entries.length > MOST_ENTRIES) {
      const gone = MOST_ENTRIES / 5;
      this.entries.splice(0, gone);
      this.dropped += gone;
    }
  }

  /** Lines come in bursts: those of a moment are one piece of news. */
  #tellSoon(): void {
    this.#telling ??= setTimeout(() => this.#tell(), BURST_MS);
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    for (const follower of this.#followers.keys()) follower();
  }
}
