/** A small bell for every lantern, one note higher each time. */

const SCALE = [0, 2, 4, 7, 9]; // semitones
const LOWEST_HZ = 330;

let context: AudioContext | null = null;

/** Browsers want a key or a touch first. */
export function wakeSound(): void {
  context ??= new AudioContext();
  void context.resume();
}

/** The nth note of the scale. */
export function chime(n: number): void {
  if (!context) return;
  const semitones = (SCALE[n % SCALE.length] ?? 0) + 12 * Math.floor(n / SCALE.length);
  const now = context.currentTime;
  for (const [overtone, volume] of [
    [1, 0.16],
    [2.76, 0.04],
    [5.4, 0.015],
  ] as const) {
    const tone = new OscillatorNode(context, { frequency: LOWEST_HZ * 2 ** (semitones / 12) * overtone });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.linearRampToValueAtTime(volume, now + 0.01);
    gain.gain.exponentialRampToValueAtTime(0.0001, now + 1.8 / overtone);
    tone.connect(gain).connect(context.destination);
    tone.start(now);
    tone.stop(now + 2);
  }
}
