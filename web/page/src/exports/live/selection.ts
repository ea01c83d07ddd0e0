/** Which exports are watched: sockets are few (10 for an export, 100 for a user), so only what is shown. */
import type { ExportSummary } from "@aethel/export-client";

const MOST_RUNNING = 8;
const LEAST_SHOWN = 2;
const ENDED: ReadonlySet<string> = new Set(["completed", "failed", "canceled"]);

export interface Selection {
  readonly shown: readonly ExportSummary[];
  readonly running: readonly ExportSummary[];
  /** How many more are running. */
  readonly left: number;
}

/** The newest running ones, what was `seen` running, and the newest of the others while there are few. Newest first, as given. */
export function select(exports: readonly ExportSummary[], seen: ReadonlySet<string>): Selection {
  const active = exports.filter(({ status }) => !ENDED.has(status));
  const running = active.slice(0, MOST_RUNNING);
  const kept = new Set(running.map(({ id }) => id));
  for (const { id } of exports) if (seen.has(id) && kept.size < MOST_RUNNING) kept.add(id);
  for (const { id, status } of exports) if (ENDED.has(status) && kept.size < LEAST_SHOWN) kept.add(id);
  return { shown: exports.filter(({ id }) => kept.has(id)), running, left: active.length - running.length };
}
