import { readClaims, type Claims } from "./session-claims.ts";

const KEY = "aethel.token";
const LOCAL_KEY = "aethel.local"; // beside the token: the local stack gave it

/** Why a token was not taken. */
export type Refusal = "malformed" | "expired" | "signature" | "refused" | "away";

export class SignInError extends Error {
  constructor(
    readonly refusal: Refusal,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/**
 * Who is signed in. The token is kept in memory and in sessionStorage: a reload keeps it, another tab
 * and another day do not. Event `change` after signing in and out, `lapse` where a new token is needed.
 */
export class Session extends EventTarget {
  #token: string | null = null;
  #renewal: PromiseWithResolvers<string> | null = null;

  constructor(readonly isLocal: boolean) {
    super();
    const kept = sessionStorage.getItem(KEY);
    if (kept && !hasExpired(kept)) this.#token = kept;
  }

  get token(): string | null {
    return this.#token;
  }

  get claims(): Claims | null {
    return this.#token === null ? null : readClaims(this.#token);
  }

  /** The token for a request: one that has expired is renewed first. Rejected with an `AbortError` by signing out. */
  async currentToken(): Promise<string> {
    if (this.#renewal) return await this.#renewal.promise;
    const token = this.#token ?? "";
    return hasExpired(token) ? await this.renew(token) : token;
  }

  /** Whether requests wait for a new token. */
  get hasLapsed(): boolean {
    return this.#renewal !== null;
  }

  /** Signs in with a token, after the server has accepted it. Raises a {@link SignInError}. */
  async signIn(token: string): Promise<void> {
    const text = token.trim().replace(/^Bearer\s+/i, "");
    if (!readClaims(text)) throw new SignInError("malformed", "");
    if (hasExpired(text)) throw new SignInError("expired", "");
    await checkToken(text);
    this.#take(text);
  }

  /** Signs in the user of the local stack. Raises a {@link SignInError}. */
  async signInLocally(): Promise<void> {
    const answer = await reach("/local-session", { method: "POST", headers: { "X-Aethel-Page": "1" } });
    if (!answer.ok) throw new SignInError("refused", await detailOf(answer));
    const { token } = (await answer.json()) as { token: string };
    this.#take(token, true);
  }

  signOut(): void {
    this.#token = null;
    sessionStorage.removeItem(KEY);
    sessionStorage.removeItem(LOCAL_KEY);
    this.#renewal?.reject(new DOMException("signed out", "AbortError"));
    this.#renewal = null;
    this.dispatchEvent(new Event("change"));
  }

  /**
   * A token in place of one that the server has refused: the local stack gives its user another, everybody
   * else is asked. All requests that wait share one renewal. Rejected with an `AbortError` by signing out.
   */
  renew(refused: string): Promise<string> {
    if (this.#token !== null && this.#token !== refused) return Promise.resolve(this.#token);
    if (this.#renewal) return this.#renewal.promise;
    const renewal = resolvers<string>();
    this.#renewal = renewal;
    const ask = (): boolean => this.dispatchEvent(new Event("lapse"));
    if (sessionStorage.getItem(LOCAL_KEY)) this.signInLocally().catch(ask);
    else ask();
    return renewal.promise;
  }

  #take(token: string, isLocal = false): void {
    this.#token = token;
    sessionStorage.setItem(KEY, token);
    if (isLocal) sessionStorage.setItem(LOCAL_KEY, "1");
    else sessionStorage.removeItem(LOCAL_KEY);
    this.#renewal?.resolve(token);
    this.#renewal = null;
    this.dispatchEvent(new Event("change"));
  }
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

function resolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T) => void, reject!: (reason: unknown) => void;
  const promise = new Promise<T>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}

function hasExpired(token: string): boolean {
  const expiresAt = readClaims(token)?.expiresAt;
  return expiresAt != null && expiresAt.getTime() <= Date.now();
}

async function checkToken(token: string): Promise<void> {
  const answer = await reach("/api/quota", { headers: { Authorization: `Bearer ${token}` } });
  if (answer.ok) return;
  const detail = await detailOf(answer);
  if (answer.status >= 500) throw new SignInError("away", detail);
  if (answer.status !== 401) throw new SignInError("refused", detail);
  if (/expired/i.test(detail)) throw new SignInError("expired", detail);
  throw new SignInError(/signature/i.test(detail) ? "signature" : "refused", detail);
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    throw new SignInError("away", "");
  }
}

async function detailOf(answer: Response): Promise<string> {
  const problem: unknown = await answer.json().catch(() => null);
  const detail = typeof problem === "object" && problem !== null && "detail" in problem ? problem.detail : "";
  return typeof detail === "string" ? detail : "";
}
