/** The sound of the engine's game, rendered beside its steps: what has been played is gone, however long the film is. */

import { real } from "../real";
import { RATE_HZ, add, silence, type Mix } from "./mixing";

const QUANTUM = 128;

export class EngineSound {
  readonly context: OfflineAudioContext;
  /** Whether anybody hears it; else nothing is rendered, and the game only believes that it plays. */
  wanted = false;
  private rendering: Promise<AudioBuffer> | null = null;
  private rendered = 0;
  /** Times of the film and of its sound, seconds, wherever they part: a game that is paused is silent. */
  private readonly parts: { film: number; sound: number }[] = [{ film: 0, sound: 0 }];
  private last = { film: 0, sound: 0 };

  /** @param endS The film's end, seconds of the game. */
  constructor(private readonly endS: number) {
    this.context = new real.OfflineAudioContext(2, Math.ceil(endS * RATE_HZ) + QUANTUM, RATE_HZ);
  }

  /** Renders up to where the game's sound now is. */
  async renderTo(film: number, sound: number): Promise<void> {
    this.note(film, sound);
    if (!this.wanted) return;
    const until = (Math.floor((sound * RATE_HZ) / QUANTUM) * QUANTUM) / RATE_HZ;
    if (until <= this.rendered || until * RATE_HZ >= this.context.length - QUANTUM) return;
    const stopped = this.context.suspend(until);
    if (this.rendering) await this.context.resume();
    else this.rendering = this.context.startRendering();
    await stopped;
    this.rendered = until;
  }

  /** A step in which less sound has played than time has passed ends a part. */
  private note(film: number, sound: number): void {
    const { last } = this;
    const paused = film - last.film - (sound - last.sound) > 1e-6;
    if (paused) this.parts.push({ film: last.film, sound: last.sound }, { film, sound });
    this.last = { film, sound };
  }

  async finish(startS: number): Promise<Mix> {
    if (this.rendering) void this.context.resume();
    else this.rendering = this.context.startRendering();
    const buffer = await this.rendering;
    const mix = silence(Math.round((this.endS - startS) * RATE_HZ));
    for (const [index, { film, sound }] of this.parts.entries()) {
      const next = this.parts[index + 1];
      const heard = next ? next.sound - sound : this.endS - film;
      const at = Math.round((film - startS) * RATE_HZ);
      add(mix, buffer, Math.round(sound * RATE_HZ), at, Math.round(heard * RATE_HZ));
    }
    return mix;
  }
}
