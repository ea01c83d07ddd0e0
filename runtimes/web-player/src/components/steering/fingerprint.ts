/** A fingerprint tells whether two grounds are the same: FNV-1a over what it is shown, twice with different beginnings. */

/** Places are compared to the millimetre: browsers need not agree on the last bits of a sine. */
const PER_METRE = 1000;
/** Of a long list so many values are looked at. */
const SAMPLES = 256;

export class Fingerprint {
  private first = 0x811c9dc5;
  private second = 0x1b873593;

  text(text: string): void {
    for (let at = 0; at < text.length; at++) this.mix(text.charCodeAt(at));
  }

  numbers(values: Iterable<number>): void {
    for (const value of values) this.mix(Math.round(value * PER_METRE) | 0);
  }

  samples(values: ArrayLike<number>): void {
    const stride = Math.max(Math.floor(values.length / SAMPLES), 1);
    for (let at = 0; at < values.length; at += stride) this.numbers([values[at] as number]);
  }

  private mix(word: number): void {
    this.first = Math.imul(this.first ^ word, 0x01000193);
    this.second = Math.imul(this.second ^ word, 0x85ebca6b);
  }

  get value(): string {
    return [this.first, this.second].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
  }
}
