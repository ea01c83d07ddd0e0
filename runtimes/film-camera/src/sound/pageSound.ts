/** The sound of a page: its contexts, and its elements, as they were heard in the film's time. */

import type { PlayedSound } from "../clock/media";
import type { FilmClock } from "../clock/clock";
import { real } from "../real";
import type { FilmContext } from "./filmContext";
import { RATE_HZ, add, resampled, silence, type Mix } from "./mixing";
import type { PageAudio } from "./pageAudio";

/** @param startS, seconds What of the film's time is heard. */
export async function mixPage(audio: PageAudio, clock: FilmClock, startS: number, seconds: number): Promise<Mix> {
  const mix = silence(Math.round(seconds * RATE_HZ));
  for (const context of audio.contexts) await addContext(mix, context, startS, startS + seconds);
  for (const sound of audio.media.sounds) await addElement(mix, sound, clock, startS, startS + seconds);
  return mix;
}

async function addContext(mix: Mix, context: FilmContext, startS: number, endS: number): Promise<void> {
  const whole = await context.finish();
  const buffer = whole.sampleRate === RATE_HZ ? whole : await resampled(whole, { seconds: whole.duration });
  for (const [index, { film, context: from }] of context.heard.entries()) {
    const next = context.heard[index + 1];
    const played = (next ? next.context : Infinity) - from;
    const count = Math.round(Math.min(played, endS - film / 1000) * RATE_HZ);
    add(mix, buffer, Math.round(from * RATE_HZ), Math.round((film / 1000 - startS) * RATE_HZ), count);
  }
}

async function addElement(
  mix: Mix,
  { source, from, until, at, rate, volume, loop }: PlayedSound,
  clock: FilmClock,
  startS: number,
  endS: number,
): Promise<void> {
  const seconds = Math.min(until === null ? Infinity : until / 1000, endS) - from / 1000;
  if (!(seconds > 0) || volume === 0 || source === "") return;
  const decoded = await decode(source);
  if (!decoded) return clock.note(`The sound of ${source.slice(0, 200)} cannot be decoded: the film lacks it.`);
  const played = await resampled(decoded, { at, rate, loop, seconds });
  add(mix, played, 0, Math.round((from / 1000 - startS) * RATE_HZ), played.length, volume);
}

/** Null for what is no sound, or has none. */
async function decode(source: string): Promise<AudioBuffer | null> {
  try {
    const answer = await real.fetch(source);
    const bytes = await answer.arrayBuffer();
    return await new real.OfflineAudioContext(2, 1, RATE_HZ).decodeAudioData(bytes);
  } catch {
    return null;
  }
}
