/** Videos and sounds of elements: they play at the film's time; a video stands at each frame's own picture. */

import type { FilmClock } from "./clock";

/** A stretch of an element's sound, for whoever mixes it. */
export interface PlayedSound {
  element: HTMLMediaElement;
  source: string;
  /** Milliseconds of the film's time. */
  from: number;
  until: number | null;
  /** Seconds of the sound at which it begins. */
  at: number;
  rate: number;
  volume: number;
  loop: boolean;
}

interface Playing {
  at: number;
  since: number | null;
  ended: boolean;
  told: number;
  sound: PlayedSound | null;
}

const UPDATE_MS = 250;

export class FilmMedia {
  private readonly states = new Map<HTMLMediaElement, Playing>();
  private readonly seek: (this: HTMLMediaElement, at: number) => void;
  private readonly stop: () => void;

  constructor(
    private readonly scope: Window & typeof globalThis,
    private readonly clock: FilmClock,
    /** Those of a page and of the frames in it. */
    readonly sounds: PlayedSound[] = [],
  ) {
    const { prototype } = scope.HTMLMediaElement;
    this.seek = Object.getOwnPropertyDescriptor(prototype, "currentTime")?.set as typeof this.seek;
    this.stop = prototype.pause;
    this.install(prototype);
    clock.beforeFrame.push((now) => this.follow(now));
  }

  private install(prototype: HTMLMediaElement): void {
    const media = this;
    const define = (
      name: string,
      read: (element: HTMLMediaElement) => unknown,
      write?: (e: HTMLMediaElement, v: unknown) => void,
    ) =>
      Object.defineProperty(prototype, name, {
        ...{ configurable: true, enumerable: true },
        get(this: HTMLMediaElement) {
          return read(this);
        },
        ...(write && {
          set(this: HTMLMediaElement, value: unknown) {
            write(this, value);
          },
        }),
      });
    define("paused", (element) => media.state(element).since === null);
    define("ended", (element) => media.state(element).ended);
    define(
      "currentTime",
      (element) => media.position(element),
      (element, value) => media.jump(element, Number(value)),
    );
    prototype.play = function () {
      return media.play(this);
    };
    prototype.pause = function () {
      media.rest(this);
    };
  }

  private state(element: HTMLMediaElement): Playing {
    let state = this.states.get(element);
    if (!state) this.states.set(element, (state = { at: 0, since: null, ended: false, told: 0, sound: null }));
    return state;
  }

  private position(element: HTMLMediaElement): number {
    const { at, since } = this.state(element);
    if (since === null) return at;
    const now = at + ((this.clock.now - since) / 1000) * element.playbackRate;
    const { duration } = element;
    if (!(duration > 0)) return now;
    return element.loop ? now % duration : Math.min(now, duration);
  }

  private async play(element: HTMLMediaElement): Promise<void> {
    const state = this.state(element);
    if (state.since !== null) return;
    this.wait(element);
    if (state.ended) state.at = 0;
    [state.since, state.ended] = [this.clock.now, false];
    this.begin(element, state);
    for (const name of ["play", "playing"]) this.tell(element, name);
  }

  /** The film waits for what is played. */
  private wait(element: HTMLMediaElement): void {
    if (element.readyState >= element.HAVE_FUTURE_DATA || (!element.currentSrc && !element.src)) return;
    const done = this.clock.pending.add(element.currentSrc || element.src);
    for (const name of ["canplay", "error", "emptied"]) element.addEventListener(name, done, { once: true });
    element.preload = "auto";
  }

  private rest(element: HTMLMediaElement): void {
    const state = this.state(element);
    if (state.since === null) return;
    state.at = this.position(element);
    state.since = null;
    this.end(state);
    this.tell(element, "pause");
  }

  private jump(element: HTMLMediaElement, at: number): void {
    const state = this.state(element);
    this.end(state);
    [state.at, state.ended] = [at, false];
    if (state.since !== null) {
      state.since = this.clock.now;
      this.begin(element, state);
    }
    this.show(element, at);
    for (const name of ["seeking", "seeked", "timeupdate"]) this.tell(element, name);
  }

  private begin(element: HTMLMediaElement, state: Playing): void {
    const { currentSrc, src, playbackRate: rate, muted, volume, loop } = element;
    state.sound = {
      element,
      source: currentSrc || src,
      from: this.clock.now,
      until: null,
      at: state.at,
      rate,
      loop,
      volume: muted ? 0 : volume,
    };
    this.sounds.push(state.sound);
  }

  private end(state: Playing): void {
    if (state.sound) state.sound.until = this.clock.now;
    state.sound = null;
  }

  private tell(element: HTMLMediaElement, name: string): void {
    this.clock.timers.set(() => element.dispatchEvent(new Event(name)), 0);
  }

  private show(element: HTMLMediaElement, at: number): void {
    if (!(element instanceof this.scope.HTMLVideoElement) || element.readyState === 0) return;
    const done = this.clock.pending.add(element.currentSrc);
    element.addEventListener("seeked", done, { once: true });
    element.addEventListener("error", done, { once: true });
    this.seek.call(element, at);
  }

  /** Moves what plays on to the film's time. */
  private async follow(now: number): Promise<void> {
    this.startThemselves();
    for (const [element, state] of this.states) {
      if (state.since === null) continue;
      const at = this.position(element);
      this.show(element, at);
      if (!element.loop && element.duration > 0 && at >= element.duration) {
        [state.at, state.since, state.ended] = [element.duration, null, true];
        this.end(state);
        for (const name of ["timeupdate", "pause", "ended"]) this.tell(element, name);
      } else if (now - state.told >= UPDATE_MS) {
        state.told = now;
        this.tell(element, "timeupdate");
      }
    }
    await this.clock.settle();
  }

  private startThemselves(): void {
    for (const element of this.scope.document.querySelectorAll<HTMLMediaElement>("[autoplay]")) {
      if (this.states.has(element) || !(element instanceof this.scope.HTMLMediaElement)) continue;
      this.stop.call(element);
      void this.play(element);
    }
  }
}
