/** What a screen reader is told of an export: the end at once, before that not too often. */

/** What was said last. */
export interface Said {
  readonly status: string;
  readonly percent: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const PAUSE_MS = 10_000;
const STEP_PERCENT = 10;

/**
 * Whether an export's status and percent are worth saying after what was said last.
 *
 * An end is; a new status, or ten percent more, is once ten seconds have gone by.
 */
export function worthSaying(last: Said, status: string, percent: number, now: number, ended: boolean): boolean {
  if (status !== last.status && ended) return true;
  if (now - last.at < PAUSE_MS) return false;
  return status !== last.status || percent >= last.percent + STEP_PERCENT;
}
