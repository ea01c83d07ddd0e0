import type { State } from "@aethel/export-client";
import { hasExpired } from "@aethel/export-components";

/** Whether the artifact can be had. */
export function isAvailable(state: State): boolean {
  return state.status === "completed" && !hasExpired(state);
}

/** Whether an export can be played: a web build that is there. */
export function isPlayable(state: State): boolean {
  return state.platform === "web" && isAvailable(state);
}

/** Whether an export is a film that can be looked at. */
export function isFilm(state: State): boolean {
  return state.platform === "video" && isAvailable(state);
}

/** Whether files lie in the artifact: a film is one itself. */
export function hasFiles(state: State): boolean {
  return isAvailable(state) && (!isFilm(state) || state.fileName?.endsWith(".zip") === true);
}

/** Whether it could be played until its artifact expired. */
export function wasPlayable(state: State): boolean {
  return state.platform === "web" && hasExpired(state);
}
