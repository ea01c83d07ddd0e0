import type { State } from "@aethel/export-client";

/** Whether an export can be played now: a web build that can still be downloaded. */
export function isPlayable(state: State): boolean {
  return state.platform === "web" && state.status === "completed" && state.downloadUrl !== null;
}

/** Whether it could be played until its artifact expired. */
export function wasPlayable(state: State): boolean {
  return state.platform === "web" && state.status === "completed" && state.downloadUrl === null;
}
