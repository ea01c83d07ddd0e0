/** Workers of a page live in the film's time: they move with each of its frames, and the film waits until they rest. */

import type { Busy, FilmClock } from "../clock/clock";
import { real, rest } from "../real";
import { KEY, isOurs, type Answered, type Asked, type Begin } from "./messages";
import source from "./workerMain?text";

/** Milliseconds of real time after which a worker that does not rest is left to itself. */
const PATIENCE_MS = 30_000;

export function installWorkers(scope: Window & typeof globalThis, clock: FilmClock): void {
  class Worker extends real.Worker implements Busy {
    busy = true;
    private asked = 0;
    private answered = 0;
    private gone = false;

    constructor(url: string | URL, options?: WorkerOptions) {
      const address = new URL(url, scope.document.baseURI).href;
      super(beginning(address, options, clock), options);
      this.addEventListener("message", (event) => this.hear(event));
      this.addEventListener("error", () => this.leave()); // it may never have begun
      clock.workers.push(this);
    }

    override postMessage(message: unknown, options?: Transferable[] | StructuredSerializeOptions): void {
      this.busy = true;
      super.postMessage(message, options as StructuredSerializeOptions);
    }

    override terminate(): void {
      this.leave();
      super.terminate();
    }

    private leave(): void {
      this.gone = true;
      this.busy = false;
    }

    private hear(event: MessageEvent): void {
      if (!isOurs<Answered>(event.data)) return;
      event.stopImmediatePropagation();
      this.answered = event.data[KEY].id;
      event.data[KEY].notes.forEach((note) => clock.note(note));
    }

    /** Resolves when it has answered all that it was told; it may have told the page something meanwhile. */
    async rest(to: number | null = null): Promise<void> {
      if (this.gone) return;
      this.busy = false;
      const id = ++this.asked;
      super.postMessage({ [KEY]: { id, to } } satisfies Asked);
      for (const begun = real.now(); this.answered < id && !this.gone; await rest(0)) {
        if (real.now() - begun < PATIENCE_MS) continue;
        clock.note("A worker of the page never rests: what it does may differ from film to film.");
        this.leave();
      }
    }
  }
  Object.defineProperty(scope, "Worker", { value: Worker, writable: true, configurable: true });
  noteOthers(scope, clock);
  if (clock.scope !== scope) return; // those of the frames in a page are moved with the page's own
  clock.beforeFrame.push(async (now) => {
    for (const worker of clock.workers) await worker.rest(now);
    await clock.settle();
  });
}

/** The script that a worker begins with: the film's time, and then its own. */
function beginning(address: string, options: WorkerOptions | undefined, clock: FilmClock): string {
  const begin: Begin = { now: clock.now, seed: clock.random.word(), address };
  const ours = `globalThis.__filmBegin=${JSON.stringify(begin)};${source}`;
  const theirs = JSON.stringify(address);
  if (options?.type === "module") return script(`import ${JSON.stringify(script(ours))};import ${theirs};`);
  return script(`${ours};importScripts(${theirs});`);
}

function script(text: string): string {
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}

function noteOthers(scope: Window & typeof globalThis, clock: FilmClock): void {
  const { SharedWorker: Shared } = scope;
  if (!Shared) return;
  const note = (): void => clock.note("A shared worker keeps its own time: what it does may differ from film to film.");
  const Noted = new Proxy(Shared, {
    construct: (target, args: unknown[]) => {
      note();
      return Reflect.construct(target, args) as object;
    },
  });
  Object.defineProperty(scope, "SharedWorker", { value: Noted, writable: true, configurable: true });
}
