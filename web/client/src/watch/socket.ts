import type { components } from "../generated/api.js";
import type { LogLine, State } from "../types.js";

/** What of the browser's `WebSocket` is used. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  close(code?: number): void;
  /** Of `ws`: ends it without waiting for the other side. */
  terminate?(): void;
}
export type WebSocketConstructor = new (url: string) => WebSocketLike;

type Messages = components["schemas"];
export type PreviewMessage = Messages["PreviewMessage"];
/** What the status service sends (`docs/integration.md`, "Watch it"). */
export type SocketMessage =
  | Messages["Ready"]
  | (Omit<Messages["ExportStatus"], "state"> & { state: State })
  | (Omit<Messages["Log"], "level"> & { level: LogLine["level"] })
  | Messages["Gap"]
  | PreviewMessage
  | Messages["ErrorMessage"];

/** How a connection has ended: the close code, and what was said before it. */
export interface Closed {
  code: number;
  error: { code: string; message: string } | null;
}

export const NOT_REACHED = 1006; // RFC 6455 section 7.4.1: no close frame came
const SILENT = 4000; // our own: it was closed here, as nothing came for long

const OPEN_S = 10; // from connecting to the first message
const SILENT_S = 90; // a connection that is half dead says nothing for ever
const MOST_WAITING = 5_000; // messages that nobody has taken: who is slower comes back later

/**
 * One connection as an iterable of messages; it returns how that ended.
 *
 * States and previews that nobody has taken yet are replaced by newer ones. Where thousands of lines wait it is closed, so that they are read from the
 * service when there is somebody to take them.
 */
export class Socket {
  readonly #socket: WebSocketLike;
  readonly #waiting: SocketMessage[] = [];
  readonly #signal: AbortSignal | undefined;
  #closed: Closed | null = null;
  #error: Closed["error"] = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wake = (): void => {};

  constructor(make: WebSocketConstructor, url: string, signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.#socket = new make(url);
    this.#socket.onmessage = ({ data }) => this.#take(data);
    this.#socket.onclose = ({ code }) => this.#end(code);
    this.#socket.onerror = () => undefined; // a close follows
    this.#listen(OPEN_S);
    signal?.addEventListener("abort", this.#stop, { once: true });
  }

  async *messages(): AsyncGenerator<SocketMessage, Closed> {
    try {
      for (;;) {
        const next = this.#waiting.shift();
        if (next) yield next;
        else if (this.#closed) return this.#closed;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#signal?.throwIfAborted();
      }
    } finally {
      this.#signal?.removeEventListener("abort", this.#stop);
      this.#end(1000);
    }
  }

  readonly #stop = (): void => this.#end(1000);

  #take(data: unknown): void {
    const message = parsed(data);
    if (message === null || this.#closed) return;
    this.#listen(SILENT_S);
    if (message.type === "error") {
      this.#error = { code: message.code, message: message.error };
      return;
    }
    const last = this.#waiting.at(-1);
    if (message.type === "export-status" && last?.type === "export-status") this.#waiting.pop();
    if (message.type === "preview") this.#forgetPreview();
    this.#waiting.push(message);
    if (this.#waiting.length >= MOST_WAITING) this.#end(SILENT);
    this.#wake();
  }

  #forgetPreview(): void {
    const known = this.#waiting.findIndex(({ type }) => type === "preview");
    if (known >= 0) this.#waiting.splice(known, 1);
  }

  #listen(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(SILENT), seconds * 1000);
  }

  #end(code: number): void {
    if (this.#closed) return;
    this.#closed = { code, error: this.#error };
    clearTimeout(this.#timer);
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    if (code === SILENT && this.#socket.terminate) this.#socket.terminate();
    else this.#socket.close();
    this.#wake();
  }
}

/** A message, or null for what is none: newer services may say more. */
function parsed(data: unknown): SocketMessage | null {
  if (typeof data !== "string") return null;
  try {
    const message: unknown = JSON.parse(data);
    const type = typeof message === "object" && message !== null ? (message as { type?: unknown }).type : null;
    return typeof type === "string" ? (message as SocketMessage) : null;
  } catch {
    return null;
  }
}
