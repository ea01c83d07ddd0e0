import type { State } from "../types.js";

/** Lets states through that are news, so that what a watcher sees never goes backwards, whichever way it came. */
export class StateOrder {
  #last: { state: State; revision: number | null; text: string } | null = null;

  get last(): State | null {
    return this.#last?.state ?? null;
  }

  /** Whether a state is news; `revision` is its document's, null where it was polled. */
  takes(state: State, revision: number | null): boolean {
    const text = JSON.stringify({ ...state, downloadUrl: state.downloadUrl !== null }); // its ticket differs each time
    const last = this.#last;
    if (last && (text === last.text || this.#isOlder(state, revision))) return false;
    this.#last = { state, revision: revision ?? last?.revision ?? null, text };
    return true;
  }

  #isOlder(state: State, revision: number | null): boolean {
    const last = this.#last;
    if (!last || state.generation !== last.state.generation) return !!last && state.generation < last.state.generation;
    if (hasEnded(state) !== hasEnded(last.state)) return hasEnded(last.state);
    if (revision !== null && last.revision !== null && revision < last.revision) return true;
    if (hasEnded(state)) return false;
    if (state.progress < last.state.progress || state.attempts < last.state.attempts) return true;
    return state.attempts === last.state.attempts && !isWaiting(state) && rank(state) < rank(last.state);
  }
}

const STAGES: readonly State["status"][] = ["queued", "preparing", "building", "packaging", "uploading"];

function rank(state: State): number {
  return STAGES.indexOf(state.status);
}

/** For its turn or the next attempt: then an earlier stage is news. */
function isWaiting(state: State): boolean {
  return state.waitingReason !== null || state.retryAt !== null;
}

/** Whether an export has come to its end in this generation. */
export function hasEnded(state: Pick<State, "status">): boolean {
  return state.status === "completed" || state.status === "failed" || state.status === "canceled";
}

/** Whether nothing more will be said of it: a canceled one also says when its work has stopped. */
export function isFinal(state: State): boolean {
  return hasEnded(state) && (state.status !== "canceled" || !!state.cancelReceipt?.stoppedAt);
}
