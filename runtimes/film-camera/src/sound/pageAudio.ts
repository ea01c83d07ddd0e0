/** Web Audio of a page in the film's time. */

import type { FilmClock } from "../clock/clock";
import type { FilmMedia } from "../clock/media";
import { FilmContext } from "./filmContext";
import { InputTrees } from "./inputTrees";

export class PageAudio {
  constructor(
    scope: Window & typeof globalThis,
    private readonly clock: FilmClock,
    readonly media: FilmMedia,
    /** Seconds of the film's time for which there may be sound. */
    private readonly lengthS: number,
    /** Those of a page and of the frames in it. */
    readonly contexts: FilmContext[] = [],
  ) {
    new InputTrees().install(scope);
    this.install(scope);
    if (clock.scope === scope) clock.beforeFrame.push((now) => this.renderTo(now));
  }

  private install(scope: Window & typeof globalThis): void {
    const audio = this;
    class AudioContext extends FilmContext {
      constructor({ sampleRate }: AudioContextOptions = {}) {
        super(audio.clock, Math.max(audio.lengthS - audio.clock.now / 1000, 0), sampleRate);
        audio.contexts.push(this);
      }

      createMediaElementSource(): GainNode {
        audio.clock.note("The sound of an element is heard in the film without what the page does to it by Web Audio.");
        return this.createGain();
      }

      createMediaStreamSource(): GainNode {
        audio.clock.note("The sound of a stream, such as a microphone, is not heard in the film.");
        return this.createGain();
      }

      createMediaStreamDestination(): GainNode & { stream: MediaStream } {
        audio.clock.note("Sound that a page sends into a stream is not heard in the film.");
        return Object.assign(this.createGain(), { stream: new MediaStream() });
      }
    }
    for (const name of ["AudioContext", "webkitAudioContext"])
      Object.defineProperty(scope, name, { value: AudioContext, writable: true, configurable: true });
  }

  private async renderTo(now: number): Promise<void> {
    for (const context of this.contexts) await context.renderTo(now);
  }
}
