/** Hovers and turns until somebody carries it away. */

import { Script, audio, game, scene, time, type Entity } from "aethel";

export default class Ember extends Script {
  private stone: Entity | null = null;
  private gone = false;
  private readonly phase = Math.abs(Math.sin(this.entity.position.x * 12.9898 + this.entity.position.z * 78.233)) * 6;

  start(): void {
    this.stone = this.entity.find("ember-stone");
  }

  update(dt: number): void {
    if (!this.stone) return;
    this.stone.rotation.y += 1.6 * dt;
    this.stone.position.y = 0.14 * Math.sin(time.now * 2 + this.phase);
  }

  onTrigger(other: Entity): void {
    if (this.gone || !other.tags.has("player")) return;
    this.gone = true;
    scene.spawn("burst", { position: this.entity.worldPosition() });
    audio.play("chime", { volume: 0.8 });
    game.emit("ember");
    this.entity.destroy();
  }
}
