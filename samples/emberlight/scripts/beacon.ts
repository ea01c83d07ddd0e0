/** The hearth before a lighthouse: lit by whoever brings every ember. */

import { Script, audio, game, scene, time, type Entity } from "aethel";

const BRIGHT_AFTER_S = 1.5;

export default class Beacon extends Script<{ next: string | null }> {
  private lit = -1;
  private lamp: Entity | null = null;
  private full = 0;

  start(): void {
    this.lamp = scene.find("lamp");
    this.full = this.lamp?.light?.intensity ?? 0;
  }

  update(): void {
    if (this.lit < 0 || !this.lamp?.light) return;
    this.lamp.light.intensity = this.full * Math.min(1, (time.now - this.lit) / BRIGHT_AFTER_S);
  }

  onTrigger(other: Entity): void {
    if (this.lit >= 0 || !other.tags.has("player")) return;
    const missing = scene.findByTag("ember").length;
    if (missing > 0) {
      game.emit("hint", missing === 1 ? "One ember is still out there" : `${missing} embers are still out there`);
      return;
    }
    this.lit = time.now;
    if (this.lamp) this.lamp.active = true;
    scene.find("lamp-sparks")?.particles?.emit(120);
    audio.play("fanfare");
    game.emit("lit", this.properties.next ?? null);
  }
}
