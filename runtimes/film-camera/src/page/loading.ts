/** When a page is there. */

import { real, rest } from "../real";

/** Real time in which nothing more comes, before a page counts as loaded: modules that are imported later are not announced. */
const QUIET_MS = 250;
const PATIENCE_MS = 60_000;

/** Resolves when the page, its fonts and what it has asked for are there, and nothing more has come for a while. */
export async function pageLoaded(waiting: () => string[]): Promise<void> {
  const begun = real.now();
  let seen = -1;
  for (let quietSince = real.now(); real.now() - quietSince < QUIET_MS; await rest(10)) {
    const count = performance.getEntriesByType("resource").length;
    const busy = document.readyState !== "complete" || document.fonts.status === "loading" || waiting().length > 0;
    if (busy || count !== seen) quietSince = real.now();
    seen = count;
    if (real.now() - begun < PATIENCE_MS) continue;
    throw new Error(`film: after ${PATIENCE_MS / 1000} s the page still ${occupation(waiting())}.`);
  }
}

/** What a page does that never comes to rest, and what to do about it. */
function occupation(waiting: string[]): string {
  if (waiting.length > 0) return `waits for ${waiting.join(", ")}, which has to come without a server or a click`;
  if (document.readyState !== "complete") return `is ${document.readyState}: one of its files never ends`;
  return "asks for one file after another: let it begin its game before it goes on loading";
}
