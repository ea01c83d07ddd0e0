/** The browser's own functions, kept before the page or the camera replaces them. */

const bound = <F extends (...args: never[]) => unknown>(owner: object, method: F): F => method.bind(owner) as F;

export const real = {
  Date,
  Worker,
  OfflineAudioContext,
  Promise,
  setTimeout: bound(window, window.setTimeout as (run: () => void, delay?: number) => number),
  requestAnimationFrame: bound(window, window.requestAnimationFrame),
  now: bound(performance, performance.now),
  fetch: bound(window, window.fetch),
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
