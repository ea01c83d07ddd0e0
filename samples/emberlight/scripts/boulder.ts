/** Rolls until it meets the sea or its time is over. */

import { Script, audio, scene, time } from "aethel";

const SUNK_Y = -0.3;

export default class Boulder extends Script<{ seconds: number }> {
  start(): void {
    time.after(this.properties.seconds ?? 15, () => this.entity.destroy());
  }

  update(): void {
    const position = this.entity.worldPosition();
    if (position.y > SUNK_Y) return;
    scene.spawn("spray", { position });
    audio.play("splash", { volume: 0.6, position });
    this.entity.destroy();
  }
}
