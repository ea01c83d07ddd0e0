/** How long to wait before the next attempt, and waiting that can be called off. */

export interface BackOff {
  /** Of the first wait, seconds; each later one is twice as long. */
  firstS: number;
  longestS: number;
}

/**
 * Seconds to wait after `failures` attempts in a row have failed.
 *
 * Half of it is left to chance, so that many clients do not come back at the same moment. Where the service has said how long to wait
 * it is never less than that, and at most a quarter more.
 */
export function waitS(
  failures: number,
  { firstS, longestS }: BackOff,
  told: { retryAfterS?: number | null; random?: () => number } = {},
): number {
  const { retryAfterS = null, random = Math.random } = told;
  const wait = Math.min(firstS * 2 ** Math.max(failures - 1, 0), longestS);
  if (retryAfterS !== null && retryAfterS > 0) return retryAfterS * (1 + random() / 4);
  return wait * (0.5 + random() / 2);
}

/** `Retry-After` as seconds from now (RFC 9110 section 10.2.3: a number or a date); null where it says neither. */
export function readRetryAfter(text: string | null, now: Date = new Date()): number | null {
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text);
  const date = /GMT\s*$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max((date - now.getTime()) / 1000, 0);
}

/** Wait; rejects with the signal's reason as soon as that is aborted. */
export function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Wait, or until the browser says that it is online again; says whether that came first. */
export async function restOrOnline(seconds: number, signal?: AbortSignal): Promise<boolean> {
  const target = (globalThis as { addEventListener?: unknown }).addEventListener ? globalThis : undefined;
  const back = new AbortController();
  const online = (): void => back.abort();
  target?.addEventListener("online", online, { once: true });
  try {
    await sleep(seconds, signal ? AbortSignal.any([signal, back.signal]) : back.signal);
    return false;
  } catch (error) {
    if (signal?.aborted) throw error;
    return true;
  } finally {
    target?.removeEventListener("online", online);
  }
}
