/** The browser's own functions, kept before the page or the camera replaces them; workers lack some. */

const bound = <F extends (...args: never[]) => unknown>(owner: object, method: F): F => method.bind(owner) as F;

const scope = globalThis as Window & typeof globalThis;

export const real = {
  Worker: scope.Worker,
  OfflineAudioContext: scope.OfflineAudioContext,
  Promise,
  setTimeout: bound(scope, scope.setTimeout as (run: () => void, delay?: number) => number),
  requestAnimationFrame: scope.requestAnimationFrame && bound(scope, scope.requestAnimationFrame),
  now: bound(performance, performance.now),
  fetch: bound(scope, scope.fetch),
};

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();
const post = channel.port2.postMessage.bind(channel.port2);

/** Ends the task: promises settle, and messages that were posted earlier arrive. */
export function nextTask(): Promise<void> {
  return new real.Promise((resolve) => {
    waiting.push(resolve);
    post(null);
  });
}

/** A rest of real time, milliseconds. */
export function rest(milliseconds: number): Promise<void> {
  return new real.Promise((resolve) => real.setTimeout(resolve, milliseconds));
}
