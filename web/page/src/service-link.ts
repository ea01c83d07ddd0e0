import type { Session } from "./session.ts";

const FIRST_LOOK_S = 1;
const LAST_LOOK_S = 15;
const GATEWAY_ERRORS = new Set([502, 504]); // of a proxy in front of a service that is away

/**
 * The way of every request of the page. It notices when the service is away and when it is back
 * (event `change`, also after signing in), and asks for a new token where one is refused, then
 * repeats the request.
 */
export class ServiceLink extends EventTarget {
  isAway = false;
  #look: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly session: Session) {
    super();
    addEventListener("offline", () => this.#noteAway());
    addEventListener("online", () => this.lookNow());
    session.addEventListener("change", () => this.dispatchEvent(new Event("change")));
    document.addEventListener("visibilitychange", () => document.hidden || this.lookNow());
  }

  /** As `fetch`; given to the client package. */
  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const answer = await this.#observed(input, init);
    if (answer.status !== 401 || this.session.token === null || isSpent(init)) return answer;
    const headers = new Headers(init?.headers);
    const refused = headers.get("Authorization")?.replace(/^Bearer /, "") ?? "";
    const token = await unlessAborted(this.session.renew(refused), init?.signal);
    headers.set("Authorization", `Bearer ${token}`);
    return await this.#observed(input, { ...init, headers });
  };

  /** Somebody else has noticed that nobody answers. */
  suspect(): void {
    this.#noteAway();
  }

  /** Whether the service answers right now. */
  async reaches(): Promise<boolean> {
    const isThere = await fetch("/livez", { cache: "no-store" }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isThere) this.#noteBack();
    else this.#noteAway();
    return isThere;
  }

  /** Looks at once whether the service is back. */
  lookNow(): void {
    if (this.isAway) this.#lookIn(0, FIRST_LOOK_S);
  }

  async #observed(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    try {
      const answer = await fetch(input, init);
      if (GATEWAY_ERRORS.has(answer.status)) this.#noteAway();
      else this.#noteBack();
      return answer;
    } catch (error) {
      if (!init?.signal?.aborted) this.#noteAway();
      throw error;
    }
  }

  #noteAway(): void {
    if (this.isAway) return;
    this.isAway = true;
    this.dispatchEvent(new Event("change"));
    this.#lookIn(FIRST_LOOK_S, FIRST_LOOK_S);
  }

  #noteBack(): void {
    if (!this.isAway) return;
    this.isAway = false;
    if (this.#look) clearTimeout(this.#look);
    this.dispatchEvent(new Event("change"));
  }

  #lookIn(delayS: number, nextS: number): void {
    if (this.#look) clearTimeout(this.#look);
    this.#look = setTimeout(async () => {
      if (!(await this.reaches())) this.#lookIn(nextS, Math.min(nextS * 2, LAST_LOOK_S));
    }, delayS * 1000);
  }
}

/** What a promise comes to, or the reason of a signal that fires before. */
async function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal | null): Promise<T> {
  if (!signal) return await promise;
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  return await Promise.race([promise, aborted]);
}

/** Whether a body cannot be sent a second time. */
function isSpent(init?: RequestInit): boolean {
  return init?.body instanceof ReadableStream;
}
