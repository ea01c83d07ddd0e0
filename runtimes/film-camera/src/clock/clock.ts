/** The film's time, which moves by steps alone, and what is done in it. */

import { nextTask } from "../real";
import { Pending } from "./pending";
import { Random } from "./random";
import { Timers } from "./timers";

/** While a game is loaded, timers this short run in real time: they look whether something is there. */
const POLL_MS = 1000;
/** What runs in one moment of the film's time; beyond, a page that never rests would stop the film. */
const MOST_AT_ONCE = 100_000;

/** 2026-01-01 12:00 UTC: what the clock on the wall shows when a film begins. */
export const EPOCH_MS = 1_767_268_800_000;

export interface Busy {
  readonly busy: boolean;
  /** Resolves when it rests; with a time, milliseconds, after it has moved there. */
  rest(to?: number): Promise<void>;
}

type FrameCallback = (time: number) => void;

export class FilmClock {
  /** Milliseconds since the film's time began. */
  now = 0;
  /** The page's own window, or a worker's scope: the frames in a page live in its time. */
  readonly scope: typeof globalThis = globalThis;
  /** Others who have work that the film waits for. */
  readonly workers: Busy[] = [];
  readonly notes: string[] = [];
  readonly random = new Random(1);
  readonly pending = new Pending((text) => this.note(text));
  readonly timers = new Timers(() => this.now);
  /** Done before the callbacks of a frame: CSS animations, videos, workers. */
  readonly beforeFrame: ((now: number) => void | Promise<void>)[] = [];
  /** Something else that is awaited, by name. */
  alsoWaiting: () => string | null = () => null;
  private frames = new Map<number, FrameCallback>();
  private frameIds = 0;
  private idle = new Map<number, (deadline: IdleDeadline) => void>();

  /** Tells the maker of the film something, once. */
  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  requestFrame(callback: FrameCallback): number {
    this.frames.set(++this.frameIds, callback);
    return this.frameIds;
  }

  cancelFrame(id: unknown): void {
    this.frames.delete(Number(id));
  }

  requestIdle(callback: (deadline: IdleDeadline) => void): number {
    this.idle.set(++this.frameIds, callback);
    return this.frameIds;
  }

  cancelIdle(id: unknown): void {
    this.idle.delete(Number(id));
  }

  /** Resolves when the page, and all workers that it has spoken to, have come to rest. */
  async settle(): Promise<void> {
    for (;;) {
      await this.pending.settle(this.alsoWaiting);
      const busy = this.workers.filter((worker) => worker.busy);
      if (busy.length === 0) return;
      for (const worker of busy) await worker.rest();
    }
  }

  /** Runs the timers that are due by then, each in a task of its own, and lets the page come to rest after each. */
  async advance(to: number): Promise<void> {
    await this.settle();
    for (let ran = 0; ran < MOST_AT_ONCE; ran++) {
      const timer = this.timers.next(to);
      if (!timer) break;
      this.now = Math.max(this.now, timer.at);
      attempt(() => this.timers.run(timer));
      await this.settle();
    }
    this.now = to;
    for (const run of this.beforeFrame) await run(to);
  }

  /** The frame callbacks that are asked for now, as functions to be called one after the other. */
  takeFrames(): (() => void)[] {
    const ids = [...this.frames.keys()];
    return ids.map((id) => () => {
      const callback = this.frames.get(id); // another one may have canceled it
      this.frames.delete(id);
      if (callback) attempt(() => callback(this.now));
    });
  }

  async runIdle(): Promise<void> {
    const asked = [...this.idle.values()];
    this.idle.clear();
    for (const callback of asked) {
      attempt(() => callback({ didTimeout: false, timeRemaining: () => 8 }));
      await nextTask();
    }
  }

  /** Runs what waits for real time, as long as the game is loaded; the film's time stands still. */
  runPolls(sinceMs: number): void {
    for (const timer of this.timers.soon)
      if (timer.delay <= POLL_MS && timer.at <= sinceMs) attempt(() => this.timers.run(timer));
  }
}

/** Errors go where those of a page go, as if the browser had called. */
export function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    reportError(error);
  }
}
