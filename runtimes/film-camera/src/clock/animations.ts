/** CSS animations, transitions and `animate()`: they stand at the film's time, and end when it says so. */

import { attempt, type FilmClock } from "./clock";

interface Followed {
  /** The film's time at which it would have been at 0, at its present rate. */
  base: number;
  rate: number;
  /** Whether the page itself has stopped it. */
  resting: boolean;
}

type Place = (this: Animation, time: CSSNumberish | null) => void;
type Read = (this: Animation) => CSSNumberish | null;
type Method = (this: Animation, ...args: unknown[]) => unknown;

export class FilmAnimations {
  private readonly followed = new WeakMap<Animation, Followed>();
  private readonly pause: () => void;
  private readonly place: Place;
  private readonly read: Read;

  constructor(
    private readonly scope: Window & typeof globalThis,
    private readonly clock: FilmClock,
  ) {
    const { prototype } = scope.Animation;
    const time = Object.getOwnPropertyDescriptor(prototype, "currentTime");
    if (!time?.get || !time.set) throw new Error("film: this browser has no animations.");
    this.read = time.get as Read;
    this.place = time.set as Place;
    this.pause = prototype.pause;
    this.install(prototype, time);
    clock.beforeFrame.push((now) => this.follow(now));
  }

  /** What the page itself does to an animation counts from the film's time on. */
  private install(prototype: Animation, time: PropertyDescriptor): void {
    const { followed, clock, place } = this;
    const adopt = (animation: Animation): Followed | null => this.adopt(animation);
    const replace = (name: "pause" | "play" | "updatePlaybackRate", make: (original: Method) => Method): void =>
      void Object.defineProperty(prototype, name, {
        ...Object.getOwnPropertyDescriptor(prototype, name),
        value: make(prototype[name] as Method),
      });
    const { prototype: elements } = this.scope.Element;
    const { animate } = elements;
    elements.animate = function (...asked) {
      const animation = animate.apply(this, asked);
      adopt(animation);
      return animation;
    };
    replace("pause", (original) => {
      return function () {
        const state = adopt(this);
        if (state) state.resting = true;
        return original.call(this);
      };
    });
    replace("play", (original) => {
      return function () {
        const at = this.currentTime;
        original.call(this); // rewinds what has ended
        followed.delete(this);
        const state = adopt(this);
        if (state && typeof at === "number" && this.playState !== "finished")
          state.base = clock.now - Number(this.currentTime ?? at) / (state.rate || 1);
      };
    });
    Object.defineProperty(prototype, "currentTime", {
      ...time,
      set(this: Animation, value: CSSNumberish | null) {
        place.call(this, value);
        const state = followed.get(this);
        if (state && typeof value === "number") state.base = clock.now - value / (state.rate || 1);
      },
    });
  }

  private adopt(animation: Animation): Followed | null {
    const known = this.followed.get(animation);
    if (known) return known;
    if (animation.timeline !== this.scope.document.timeline) return null; // one that follows a scroll bar
    const state = { base: this.clock.now, rate: animation.playbackRate, resting: animation.playState === "paused" };
    this.followed.set(animation, state);
    if (!state.resting) {
      this.pause.call(animation);
      this.place.call(animation, state.rate < 0 ? this.read.call(animation) : 0);
    }
    return state;
  }

  /** Those that have begun since the last frame begin now. */
  adoptAll(): void {
    for (const animation of this.scope.document.getAnimations()) this.adopt(animation);
  }

  private follow(now: number): void {
    for (const animation of this.scope.document.getAnimations()) {
      const state = this.adopt(animation);
      if (!state || state.resting) continue;
      if (animation.playbackRate !== state.rate) {
        state.base = now - (now - state.base) * (state.rate / (animation.playbackRate || 1));
        state.rate = animation.playbackRate;
      }
      const at = (now - state.base) * state.rate;
      const end = Number(animation.effect?.getComputedTiming().endTime ?? 0);
      if (state.rate > 0 && at >= end) attempt(() => animation.finish());
      else if (state.rate > 0) this.place.call(animation, at);
    }
  }
}
