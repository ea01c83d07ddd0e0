/** Puts the film's time in the place of the browser's, in a window. */

import { EPOCH_MS, type FilmClock } from "./clock";

type Any = Record<string, unknown>;
type Listener = (...args: unknown[]) => void;

export function installClock(scope: Window & typeof globalThis, clock: FilmClock): void {
  installDate(scope, clock);
  installPerformance(scope, clock);
  installTimers(scope, clock);
  installRandom(scope, clock);
}

function set(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, writable: true, configurable: true, enumerable: true });
}

function get(owner: object, name: string, read: () => unknown): void {
  Object.defineProperty(owner, name, { get: read, configurable: true, enumerable: true });
}

export function installDate(scope: typeof globalThis, clock: Pick<FilmClock, "now">): void {
  const RealDate = scope.Date;
  const now = (): number => Math.floor(EPOCH_MS + clock.now);
  const FilmDate = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args: unknown[], self) =>
      Reflect.construct(target, args.length ? args : [now()], self) as object,
    get: (target, name, self) => (name === "now" ? now : (Reflect.get(target, name, self) as unknown)),
  });
  RealDate.prototype.constructor = FilmDate;
  set(scope, "Date", FilmDate);
  const { DateTimeFormat } = scope.Intl;
  for (const name of ["format", "formatToParts"] as const) {
    const own = Object.getOwnPropertyDescriptor(DateTimeFormat.prototype, name);
    const read = own?.get; // `format` is a getter, whose function is bound
    if (read) {
      get(DateTimeFormat.prototype, name, function (this: Intl.DateTimeFormat) {
        const format = read.call(this) as (date?: unknown) => string;
        return (date?: unknown) => format(date ?? now());
      } as () => unknown);
    } else if (own) {
      const call = own.value as (this: Intl.DateTimeFormat, date?: unknown) => unknown;
      set(DateTimeFormat.prototype, name, function (this: Intl.DateTimeFormat, date?: unknown) {
        return call.call(this, date ?? now());
      });
    }
  }
}

function installPerformance(scope: Window & typeof globalThis, clock: FilmClock): void {
  const { performance } = scope;
  set(performance, "now", () => clock.now);
  get(performance, "timeOrigin", () => EPOCH_MS);
  const timeline = (scope.document as Document | undefined)?.timeline; // workers have none
  if (timeline) get(timeline, "currentTime", () => clock.now);
  const { prototype } = scope.Event;
  const stamps = new WeakMap<Event, number>();
  get(prototype, "timeStamp", function (this: Event) {
    if (!stamps.has(this)) stamps.set(this, clock.now);
    return stamps.get(this);
  } as () => unknown);
}

function installTimers(scope: Window & typeof globalThis, clock: FilmClock): void {
  const timer =
    (repeats: boolean) =>
    (handler: unknown, delay?: unknown, ...args: unknown[]): number => {
      const run =
        typeof handler === "function"
          ? () => void Reflect.apply(handler as Listener, scope, args)
          : () => void (scope as unknown as { eval(code: string): unknown }).eval(String(handler));
      return clock.timers.set(run, delay, repeats);
    };
  set(scope, "setTimeout", timer(false));
  set(scope, "setInterval", timer(true));
  for (const name of ["clearTimeout", "clearInterval"]) set(scope, name, (id?: unknown) => clock.timers.clear(id));
  const request = (callback: FrameRequestCallback): number => {
    if (typeof callback !== "function") throw new TypeError("The callback provided is not a function.");
    return clock.requestFrame((time) => callback.call(scope, time));
  };
  for (const name of ["requestAnimationFrame", "webkitRequestAnimationFrame"]) set(scope, name, request);
  for (const name of ["cancelAnimationFrame", "webkitCancelAnimationFrame"])
    set(scope, name, (id: unknown) => clock.cancelFrame(id));
  set(scope, "requestIdleCallback", (callback: IdleRequestCallback) => clock.requestIdle(callback));
  set(scope, "cancelIdleCallback", (id: unknown) => clock.cancelIdle(id));
  installScheduler(scope, clock);
  installMessages(scope, clock);
}

/** `scheduler.postTask`: what is delayed waits for the film's time. */
function installScheduler(scope: Window & typeof globalThis, clock: FilmClock): void {
  const { scheduler } = scope as unknown as { scheduler?: Any };
  const post = scheduler?.["postTask"] as ((run: () => unknown, options?: Any) => Promise<unknown>) | undefined;
  if (!scheduler || !post) return;
  set(scheduler, "postTask", (run: () => unknown, options: Any = {}) => {
    const { delay, ...others } = options;
    clock.pending.posted += 1;
    if (!delay) return post.call(scheduler, run, others);
    return new Promise((resolve, reject) => {
      clock.timers.set(() => void post.call(scheduler, run, others).then(resolve, reject), delay);
    });
  });
}

/** Counts messages of the page to itself: each is a task that still has to run. */
function installMessages(scope: Window & typeof globalThis, clock: FilmClock): void {
  const count = (owner: object): void => {
    const post = (owner as Any)["postMessage"] as Listener;
    set(owner, "postMessage", function (this: unknown, ...args: unknown[]) {
      clock.pending.posted += 1;
      return Reflect.apply(post, this ?? scope, args);
    });
  };
  count(scope.MessagePort.prototype);
  count(scope);
}

function installRandom(scope: typeof globalThis, { random }: FilmClock): void {
  set(scope.Math, "random", () => random.next());
  const { crypto } = scope;
  const fill = crypto.getRandomValues;
  set(crypto, "getRandomValues", (array: ArrayBufferView) => {
    Reflect.apply(fill, crypto, [array]); // refuses what it always refuses
    random.fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return array;
  });
  set(crypto, "randomUUID", () => uuid(random));
}

function uuid(random: FilmClock["random"]): string {
  const bytes = new Uint8Array(16);
  random.fill(bytes);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
