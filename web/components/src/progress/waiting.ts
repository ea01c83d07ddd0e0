/** What a reader is told of an export that is under way, computed for one moment. */
import type { State } from "@aethel/export-client";

/** What an estimate still comes to when some of its time has gone by, in seconds; null where nothing can be said. */
export function etaNow(state: State, receivedAt: number, now: number): { p50S: number; p90S: number } | null {
  if (state.eta === null) return null;
  const goneS = Math.max(0, (now - receivedAt) / 1_000);
  const p90S = state.eta.p90S - goneS;
  return p90S <= 0 ? null : { p50S: Math.max(0, state.eta.p50S - goneS), p90S };
}

/** Seconds until a moment; null where there is none, or it has passed. */
export function secondsUntil(moment: string | null, now: number): number | null {
  if (moment === null) return null;
  const seconds = (Date.parse(moment) - now) / 1_000;
  return seconds > 0 ? seconds : null;
}
