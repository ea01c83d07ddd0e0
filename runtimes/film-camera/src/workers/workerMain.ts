/** The film's time inside of a worker: evaluated before the worker's own script, with what it begins with in `__filmBegin`. */

import { FilmClock } from "../clock/clock";
import { installClock } from "../clock/install";
import { watchLoads } from "../clock/loads";
import { KEY, isOurs, type Answered, type Asked, type Begin } from "./messages";

const scope = globalThis as unknown as Window & typeof globalThis & { __filmBegin: Begin };
const { now, seed, address } = scope.__filmBegin;
const post = (scope.postMessage as unknown as (message: unknown) => void).bind(scope);
const clock = new FilmClock();
clock.now = now;
clock.random.seed(seed);

standAt(address);
installClock(scope, clock);
watchLoads(scope, clock.pending);
scope.addEventListener("message", (event) => {
  if (!isOurs<Asked>(event.data)) return;
  event.stopImmediatePropagation();
  void answer(event.data[KEY]);
});

async function answer({ id, to }: Asked[typeof KEY]): Promise<void> {
  if (to === null) await clock.settle();
  else {
    await clock.advance(to);
    clock.takeFrames().forEach((frame) => frame());
    await clock.settle();
  }
  post({ [KEY]: { id, notes: clock.notes } } satisfies Answered);
}

/** The script was begun from another address than its own. */
function standAt(base: string): void {
  const at = (url: unknown): string => new URL(String(url), base).href;
  const { fetch, XMLHttpRequest, Request } = scope;
  Object.defineProperty(scope, "location", { value: new URL(base), configurable: true });
  scope.fetch = (asked: RequestInfo | URL, options?: RequestInit) =>
    fetch.call(scope, asked instanceof Request ? asked : at(asked), options);
  const { open } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (
    this: XMLHttpRequest,
    method: string,
    url: string | URL,
    ...others: unknown[]
  ) {
    return Reflect.apply(open, this, [method, at(url), ...others]);
  };
  const { importScripts } = scope as unknown as { importScripts?: (...urls: string[]) => void };
  if (importScripts)
    Object.assign(scope, { importScripts: (...urls: unknown[]) => importScripts.call(scope, ...urls.map(at)) });
}
