/** An audio context of a page, rendered in the film's time: between two of its steps it stands still. */

import type { FilmClock } from "../clock/clock";
import { nextTask, real } from "../real";

const RATE_HZ = 48_000;
/** What a browser renders at once. */
const QUANTUM = 128;

/** A stretch of a context that was heard: from a time of the film, milliseconds, as seconds of the context. */
export interface Heard {
  film: number;
  context: number;
}

const { startRendering, suspend: pauseAt, resume: goOn } = OfflineAudioContext.prototype;

export class FilmContext extends OfflineAudioContext {
  /** Where the page stopped and started it. */
  readonly heard: Heard[] = [];
  private asked: "running" | "suspended" | "closed" = "running";
  private rendering: Promise<AudioBuffer> | null = null;
  /** Seconds of the context to which it has been rendered. */
  private rendered = 0;

  constructor(
    private readonly clock: FilmClock,
    lengthS: number,
    sampleRate = RATE_HZ,
  ) {
    super(2, Math.ceil(lengthS * sampleRate) + QUANTUM, sampleRate);
    this.heard.push({ film: clock.now, context: 0 });
  }

  override get state(): AudioContextState {
    return this.asked;
  }

  get baseLatency(): number {
    return 0;
  }

  get outputLatency(): number {
    return 0;
  }

  getOutputTimestamp(): AudioTimestamp {
    return { contextTime: this.currentTime, performanceTime: this.clock.now };
  }

  override async resume(): Promise<void> {
    this.become("running");
  }

  override async suspend(): Promise<void> {
    this.become("suspended");
  }

  async close(): Promise<void> {
    this.become("closed");
  }

  private become(state: "running" | "suspended" | "closed"): void {
    if (this.asked === state || this.asked === "closed") return;
    this.asked = state;
    this.heard.push({ film: this.clock.now, context: this.rendered });
    this.clock.timers.set(() => this.dispatchEvent(new Event("statechange")), 0);
  }

  /** Seconds of the context at a time of the film. */
  private at(now: number): number {
    const last = this.heard.at(-1) as Heard;
    return last.context + (this.asked === "running" ? (now - last.film) / 1000 : 0);
  }

  /** Renders up to a time of the film, in whole quanta. */
  async renderTo(now: number): Promise<void> {
    const until = (Math.floor((this.at(now) * this.sampleRate) / QUANTUM) * QUANTUM) / this.sampleRate;
    if (until <= this.rendered || until * this.sampleRate >= this.length - QUANTUM) return;
    const stopped = pauseAt.call(this, until);
    if (this.rendering) await goOn.call(this);
    else this.rendering = startRendering.call(this);
    await stopped;
    this.rendered = until;
    await nextTask(); // what has ended tells so
  }

  /** Renders what is left, and gives all of it. */
  async finish(): Promise<AudioBuffer> {
    if (this.rendering) void goOn.call(this);
    else this.rendering = startRendering.call(this);
    return real.Promise.resolve(this.rendering);
  }
}
