import { restOrOnline, waitS } from "../http/back-off.js";
import { isTransient } from "../http/export-error.js";
import type { LogLine, Preview, State } from "../types.js";
import { afterClose } from "./close-codes.js";
import { LogPosition } from "./log-position.js";
import {
  NOT_REACHED,
  Socket,
  type Closed,
  type PreviewMessage,
  type SocketMessage,
  type WebSocketConstructor,
} from "./socket.js";
import { hasEnded, isFinal, StateOrder } from "./state-order.js";

export type WatchEvent =
  | { type: "state"; state: State }
  | { type: "log"; line: LogLine }
  /** Lines with these sequences may have been there and cannot be shown. */
  | { type: "gap"; from: number; to: number }
  /** A picture of a film that is being made: the newest, every few seconds. */
  | { type: "preview"; preview: Preview }
  /** How the export is followed from now on; `retryAt`: when the socket is tried again. */
  | { type: "connection"; via: "socket" | "polling" | "waiting"; retryAt: Date | null; reason: string | null };

export interface WatchOptions {
  signal?: AbortSignal;
  /** Whether the log is told, too: true unless given. */
  log?: boolean;
  /** The last line that is known already: the log goes on behind it. */
  afterSeq?: number;
}

/** What a watch asks the gateway for, each of one export. */
export interface WatchSource {
  /** An address to connect to, with a fresh ticket. */
  websocketUrl(signal?: AbortSignal): Promise<string>;
  state(signal?: AbortSignal): Promise<State>;
  logs(afterSeq: number, signal?: AbortSignal): Promise<LogLine[]>;
}

export interface WatchPace {
  /** Between two looks while sockets do not work, seconds. */
  pollS: number;
  /** Between two attempts at a socket. */
  backOff: { firstS: number; longestS: number };
}

const PACE: WatchPace = { pollS: 2, backOff: { firstS: 0.5, longestS: 60 } };
const FAILURES_UNTIL_POLLING = 2; // in a row, with no news between them
const RECEIPT_MS = 10_000; // for a canceled export to say that its work has stopped
const ALL_LINES = 1_000; // as many as the service keeps of one export

/**
 * Follow an export to its end: states and log lines as they come, over a socket where that works and by polling where it does not.
 *
 * Returns after the terminal state. Raises {@link ExportError} where the export may not be watched or is not there, and the signal's reason once
 * that is aborted; everything else is waited for.
 */
export function watch(
  source: WatchSource,
  makeSocket: WebSocketConstructor | undefined,
  options: WatchOptions = {},
  pace: WatchPace = PACE,
): AsyncGenerator<WatchEvent, void> {
  return new Watch(source, makeSocket, options, pace).run();
}

class Watch {
  readonly #states = new StateOrder();
  readonly #log: LogPosition;
  readonly #wantsLog: boolean;
  readonly #signal: AbortSignal | undefined;
  #failures = 0; // of connections in a row that brought no news
  #retryAfterS: number | null = null;
  #via: "socket" | "polling" | "waiting" | null = null;
  #endedAt: number | null = null;

  constructor(
    readonly source: WatchSource,
    readonly makeSocket: WebSocketConstructor | undefined,
    options: WatchOptions,
    readonly pace: WatchPace,
  ) {
    this.#log = new LogPosition(options.afterSeq ?? 0);
    this.#wantsLog = options.log ?? true;
    this.#signal = options.signal;
  }

  async *run(): AsyncGenerator<WatchEvent, void> {
    for (;;) {
      this.#signal?.throwIfAborted();
      const closed = yield* this.#bySocket();
      if (this.#isOver || (closed.code === 1000 && this.#endedAt !== null)) return;
      const next = afterClose(closed);
      if (next.next === "refused") throw next.error;
      this.#failures = next.next === "later" ? Math.max(this.#failures, FAILURES_UNTIL_POLLING) : this.#failures + 1;
      if (next.next === "again" && next.atOnce && this.#failures === 1) continue;
      yield* this.#pause(next.reason);
      if (this.#isOver) return;
    }
  }

  /** Nothing more will be said: it has ended, and of a canceled one the receipt is there or overdue. */
  get #isOver(): boolean {
    const { last } = this.#states;
    if (last === null || this.#endedAt === null) return false;
    return isFinal(last) || Date.now() - this.#endedAt > RECEIPT_MS;
  }

  /** One connection, from its ticket to its end. */
  async *#bySocket(): AsyncGenerator<WatchEvent, Closed> {
    const socket = await this.#connect();
    if (!(socket instanceof Socket)) return socket;
    const messages = socket.messages();
    try {
      for (let isNewLife = false; ;) {
        const { done, value } = await messages.next();
        if (done) return value;
        if (value.type === "ready") {
          isNewLife = this.#log.begin(value.epoch);
          yield* this.#now("socket", null, null);
        } else {
          yield* this.#told(value, isNewLife);
        }
      }
    } finally {
      await messages.return({ code: 1000, error: null });
    }
  }

  /** A socket that is about to be open, or why there is none. */
  async #connect(): Promise<Socket | Closed> {
    let url: string;
    try {
      url = await this.source.websocketUrl(this.#signal);
    } catch (error) {
      if (!isTransient(error)) throw error;
      this.#retryAfterS = error.retryAfterS;
      return notReached(error.message);
    }
    try {
      if (this.makeSocket === undefined) return notReached("There are no WebSockets here.");
      return new Socket(this.makeSocket, this.#log.resume(url), this.#signal);
    } catch (error) {
      return notReached((error as Error).message); // a policy of the page, or an address that is none
    }
  }

  async *#told(message: SocketMessage, isNewLife: boolean): AsyncGenerator<WatchEvent> {
    switch (message.type) {
      case "export-status":
        return yield* this.#state(message.state, message.seq);
      case "log":
        return yield* this.#lines([lineOf(message)]);
      case "gap":
        return yield* this.#gap(message.from, message.to, isNewLife);
      case "preview":
        return yield* this.#preview(message);
    }
  }

  *#state(state: State, revision: number | null): Generator<WatchEvent> {
    if (!this.#states.takes(state, revision)) return;
    this.#failures = 0;
    this.#endedAt = hasEnded(state) ? (this.#endedAt ?? Date.now()) : null;
    yield { type: "state", state };
  }

  /** Pictures of what has ended, or of an earlier generation, are none of the film that is being made. */
  *#preview({ generation, frame, frames, fps, mediaType, data }: PreviewMessage): Generator<WatchEvent> {
    const { last } = this.#states;
    if (last === null || this.#endedAt !== null || generation !== last.generation) return;
    const picture = pictureOf(data, mediaType);
    if (picture) yield { type: "preview", preview: { generation, frame, frames, fps, picture } };
  }

  *#lines(lines: readonly LogLine[]): Generator<WatchEvent> {
    for (const line of this.#wantsLog ? lines : []) {
      if (!this.#log.takes(line.seq)) continue;
      this.#failures = 0;
      yield { type: "log", line };
    }
  }

  /** Lines that the socket does not bring are asked for; what is not there either is told. */
  async *#gap(from: number, to: number, isNewLife: boolean): AsyncGenerator<WatchEvent> {
    if (!this.#wantsLog) return;
    if (isNewLife) return yield { type: "gap", from, to };
    const start = Math.max(from, this.#log.seq + 1);
    if (to < start) return;
    const lines = (await this.#stored(start - 1)).filter(({ seq }) => seq <= to);
    const [first] = lines;
    if (first === undefined) yield { type: "gap", from: start, to };
    else if (start === from && first.seq > from) yield { type: "gap", from, to: first.seq - 1 };
    yield* this.#lines(lines);
  }

  /** The lines that the gateway has; none where it cannot be asked now. */
  async #stored(afterSeq: number): Promise<LogLine[]> {
    try {
      return await this.source.logs(afterSeq, this.#signal);
    } catch (error) {
      if (isTransient(error)) return [];
      throw error;
    }
  }

  /** Wait until the socket is tried again; where it has failed more than once, look by HTTP meanwhile. */
  async *#pause(reason: string): AsyncGenerator<WatchEvent> {
    const wait = waitS(this.#failures, this.pace.backOff, { retryAfterS: this.#retryAfterS });
    this.#retryAfterS = null;
    const until = Date.now() + wait * 1000;
    const left = (): number => Math.max(until - Date.now(), 0) / 1000;
    const rest = (): number => Math.min(left(), waitS(1, { firstS: this.pace.pollS, longestS: this.pace.pollS }));
    if (this.#failures < FAILURES_UNTIL_POLLING) {
      yield* this.#now("waiting", new Date(until), reason);
      await restOrOnline(left(), this.#signal);
      return;
    }
    do {
      yield* this.#poll(new Date(until), reason);
      if (this.#isOver || (await restOrOnline(rest(), this.#signal))) return;
    } while (left() > 0);
  }

  async *#poll(retryAt: Date, reason: string): AsyncGenerator<WatchEvent> {
    const failures = this.#failures; // news that is polled says nothing of sockets
    try {
      const state = await this.source.state(this.#signal);
      const lines = this.#wantsLog ? await this.source.logs(this.#log.seq, this.#signal) : [];
      yield* this.#now("polling", retryAt, reason);
      const [first] = lines;
      if (first && lines.length >= ALL_LINES && this.#log.seq > 0 && first.seq > this.#log.seq + 1) {
        yield { type: "gap", from: this.#log.seq + 1, to: first.seq - 1 };
      }
      yield* this.#lines(lines);
      yield* this.#state(state, null);
    } catch (error) {
      if (!isTransient(error)) throw error;
      yield* this.#now("waiting", retryAt, error.message);
    } finally {
      this.#failures = failures;
    }
  }

  *#now(via: "socket" | "polling" | "waiting", retryAt: Date | null, reason: string | null): Generator<WatchEvent> {
    if (via === this.#via && via !== "waiting") return;
    this.#via = via;
    yield { type: "connection", via, retryAt, reason };
  }
}

function notReached(message: string): Closed {
  return { code: NOT_REACHED, error: { code: "connection-lost", message } };
}

/** Null where it is no Base64. */
function pictureOf(data: string, type: string): Blob | null {
  try {
    return new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], { type });
  } catch {
    return null;
  }
}

function lineOf({ seq, ts, level, message }: LogLine): LogLine {
  return { seq, ts, level, message };
}
