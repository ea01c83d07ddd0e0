/** Sums sounds that were rendered each by itself, always in the same order. */

import { real } from "../real";

export const RATE_HZ = 48_000;

export interface Mix {
  left: Float32Array<ArrayBuffer>;
  right: Float32Array<ArrayBuffer>;
}

export function silence(samples: number): Mix {
  return { left: new Float32Array(samples), right: new Float32Array(samples) };
}

/** Adds `count` samples of a buffer, from one of its samples on, at a sample of the mix; what lies outside of either is left out. */
export function add(mix: Mix, buffer: AudioBuffer, from: number, at: number, count: number, volume = 1): void {
  const left = buffer.getChannelData(0);
  const right = buffer.numberOfChannels > 1 ? buffer.getChannelData(1) : left;
  const first = Math.max(0, -at, -from);
  const end = Math.min(count, mix.left.length - at, left.length - from);
  for (let n = first; n < end; n++) {
    mix.left[at + n] = (mix.left[at + n] as number) + (left[from + n] as number) * volume;
    mix.right[at + n] = (mix.right[at + n] as number) + (right[from + n] as number) * volume;
  }
}

/** The buffer at the film's rate, played so many times faster, `seconds` of it from one of its seconds on. */
export async function resampled(
  buffer: AudioBuffer,
  { at = 0, rate = 1, loop = false, seconds }: { at?: number; rate?: number; loop?: boolean; seconds: number },
): Promise<AudioBuffer> {
  const context = new real.OfflineAudioContext(2, Math.max(Math.ceil(seconds * RATE_HZ), 1), RATE_HZ);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.loop = loop;
  source.playbackRate.value = rate;
  source.connect(context.destination);
  source.start(0, at);
  return context.startRendering();
}
