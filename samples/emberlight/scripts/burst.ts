/** Particles all at once, then gone. */

import { Script, time } from "aethel";

export default class Burst extends Script<{ count: number; seconds: number }> {
  start(): void {
    this.entity.particles?.emit(this.properties.count ?? 30);
    time.after(this.properties.seconds ?? 2, () => this.entity.destroy());
  }
}
