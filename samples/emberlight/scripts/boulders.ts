/** Lets boulders go from the top of the slope, from the first step of the player on. */

import { Script, random, scene, time } from "aethel";

export default class Boulders extends Script<{ every: number; y: number; z: number; spread: number }> {
  start(): void {
    const { every = 3, y = 5, z = 0, spread = 4 } = this.properties;
    time.every(every, () => {
      const boulder = scene.spawn("boulder", { position: { x: random(-spread / 2, spread / 2), y, z } });
      boulder.body?.applyImpulse({ x: random(-8, 8), y: 0, z: 12 });
    });
  }
}
