import { readRetryAfter, sleep, waitS } from "./back-off.js";
import { clientError, CONNECTION_LOST, connectionLost, ExportError, type Problem } from "./export-error.js";

/** Who asks, and where. */
export interface ConnectionOptions {
  /** Of the gateway, `https://export.example.com`; a path in it is kept. */
  baseUrl: string | URL;
  /** The bearer token, or a function that gives one; after a 401 it is asked once more, for a fresh one. */
  token?: string | (() => string | Promise<string>);
  /** The user whom a token of the role `service` acts for. */
  asUser?: string;
  fetch?: typeof fetch;
}

export interface RequestOptions {
  signal?: AbortSignal;
  /** For one attempt, seconds: 60 unless given. */
  timeoutS?: number;
}

export interface Request extends RequestOptions {
  query?: Record<string, string | number | readonly string[] | null | undefined>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is; called anew for every attempt. */
  body?: () => BodyInit;
  headers?: Record<string, string>;
  /** Whether sending it twice does no harm, so that it may be repeated after the connection was lost. */
  repeatable?: boolean;
  /** Attempts in all; 1: what goes wrong is told at once. */
  attempts?: number;
}

const TIMEOUT_S = 60;
const ATTEMPTS = 5;
const LONGEST_WAIT_S = 120; // who is asked to wait longer is told so at once
const BACK_OFF = { firstS: 0.5, longestS: 15 };
const TRY_AGAIN = new Set([408, 429, 502, 503, 504]);
const UNAUTHORIZED = 401;
const SENDS_TWICE = new Set(["GET", "HEAD", "PUT", "DELETE"]); // idempotent, RFC 9110 section 9.2.2

/** The gateway's HTTP interface: signs requests, repeats them with patience, and turns refusals into {@link ExportError}. */
export class Connection {
  readonly #base: string;
  readonly #token: ConnectionOptions["token"];
  readonly #asUser: string | undefined;
  readonly #fetch: typeof fetch;

  constructor({ baseUrl, token, asUser, fetch: ownFetch }: ConnectionOptions) {
    this.#base = absolute(String(baseUrl));
    this.#token = token;
    this.#asUser = asUser;
    this.#fetch = ownFetch ?? ((...given) => fetch(...given)); // a bare `fetch` must not be called as a method
  }

  /** The JSON that a request is answered with; undefined where the answer has no body. */
  async json<T>(method: string, path: string, request: Request = {}): Promise<T> {
    return await this.withPatience(method, request, async (signal) => {
      const answer = await this.send(method, path, request, signal);
      const text = await lostIfBroken(answer.text(), request.signal);
      return bodyOf<T>(text);
    });
  }

  /** Where a path is, with its query. */
  url(path: string, query: Request["query"] = {}): string {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== null && one !== undefined) url.searchParams.append(name, String(one));
      }
    }
    return url.href;
  }

  /** The headers that say who asks. */
  async credentials(): Promise<Record<string, string>> {
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    return {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(this.#asUser === undefined ? {} : { "X-Aethel-User": this.#asUser }),
    };
  }

  /** Whether a refused token may be replaced by a fresh one. */
  get canRenewToken(): boolean {
    return typeof this.#token === "function";
  }

  /** One attempt; raises {@link ExportError} unless it is answered with success. */
  async send(method: string, path: string, request: Request, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { ...(await this.credentials()), ...request.headers };
    const init: RequestInit & { duplex?: "half" } = { method, headers, signal };
    if (request.json !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(request.json);
    } else if (request.body) {
      headers["Content-Type"] ??= "application/octet-stream";
      init.body = request.body();
      if (init.body instanceof ReadableStream) init.duplex = "half";
    }
    const answer = await lostIfBroken(this.#fetch(this.url(path, request.query), init), request.signal);
    if (!answer.ok) throw await refusal(answer);
    return answer;
  }

  /**
   * Call `attempt` until it succeeds, is refused for good, or has failed too often.
   *
   * What says "later" (408, 429, 502, 503, 504) is tried again after `Retry-After`, a lost connection where the request is repeatable, and a 401
   * once where a token can be asked for anew.
   */
  async withPatience<T>(method: string, request: Request, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { attempts = ATTEMPTS, timeoutS = TIMEOUT_S, repeatable = SENDS_TWICE.has(method) } = request;
    let renewed = !this.canRenewToken;
    for (let failures = 0; ;) {
      request.signal?.throwIfAborted();
      try {
        return await within(timeoutS, request.signal, attempt);
      } catch (error) {
        if (!(error instanceof ExportError)) throw error;
        if (error.status === UNAUTHORIZED && !renewed) {
          renewed = true;
          continue;
        }
        failures += 1;
        const again = error.code === CONNECTION_LOST ? repeatable : TRY_AGAIN.has(error.status);
        const asked = error.retryAfterS ?? 0;
        if (!again || failures >= attempts || asked > LONGEST_WAIT_S) throw error;
        await sleep(waitS(failures, BACK_OFF, { retryAfterS: error.retryAfterS }), request.signal);
      }
    }
  }
}

/** An address with nothing behind its path; in a page it may be relative to that. */
function absolute(address: string): string {
  const page = globalThis.location?.href;
  if (!URL.canParse(address, page)) {
    throw clientError("bad-request", "No address", `baseUrl is ${JSON.stringify(address)}, which is no address`);
  }
  const { origin, pathname } = new URL(address, page);
  return origin + pathname.replace(/\/+$/, "");
}

/** Run something with a signal that also fires when time is up. */
async function within<T>(
  seconds: number,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), seconds * 1000);
  try {
    return await run(signal ? AbortSignal.any([signal, timer.signal]) : timer.signal);
  } catch (error) {
    if (timer.signal.aborted && !signal?.aborted) throw connectionLost(`no answer within ${seconds} seconds`, error);
    throw error;
  } finally {
    clearTimeout(timeout);
  }
}

/** What a promise of `fetch` comes to; its own errors say that the connection broke, unless the caller has called it off. */
export async function lostIfBroken<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw connectionLost(`no answer: ${reasonOf(error)}`, error);
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const deeper = cause instanceof Error ? cause.message : "";
  return [message, deeper].filter(Boolean).join(": ");
}

/** The JSON of a successful answer; undefined where it has no body. */
export function bodyOf<T>(text: string): T {
  try {
    return (text === "" ? undefined : JSON.parse(text)) as T;
  } catch (cause) {
    const detail = "what answered is not the service: look at baseUrl, and at what lies between";
    throw clientError("unexpected-answer", "The answer is no JSON", detail, { cause });
  }
}

/** The error that an answer stands for. */
export async function refusal(answer: Response): Promise<ExportError> {
  const text = await answer.text().catch(() => "");
  return refused(answer.status, text, answer.headers.get("Retry-After"));
}

/** The same from the pieces of an answer. */
export function refused(status: number, body: string, retryAfter: string | null): ExportError {
  return new ExportError(problemIn(body, status), { status, retryAfterS: readRetryAfter(retryAfter) });
}

function problemIn(text: string, status: number): Problem {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Problem;
  } catch {
    // A proxy's page: the status has to do.
  }
  return {
    code: `http-${status}`,
    detail: `The service answered ${status} without saying why.`,
    retryable: TRY_AGAIN.has(status),
  };
}

/** A key that makes a POST repeatable. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID() is for secure contexts alone
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One part of a path. */
export function part(text: string): string {
  if (text === "" || text === "." || text === "..") {
    throw clientError("bad-request", "No such name", `${JSON.stringify(text)} names no project or export.`);
  }
  return encodeURIComponent(text);
}
