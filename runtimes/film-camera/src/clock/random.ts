/** The player's generator in the place of the browser's random numbers. */

import { Random as PlayerRandom } from "../../../web-player/src/core/random";

export class Random extends PlayerRandom {
  /** From 0 up to, not including, 1, with 53 bits as Math.random has. */
  override next(): number {
    return ((this.word() >>> 5) * 67108864 + (this.word() >>> 6)) / 9007199254740992;
  }

  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) bytes[at] = this.word() & 255;
  }
}
