/** A far light that stays near: its shadows cover the ground around the hero and stay sharp. */

import { Script, scene, type Entity } from "aethel";

export default class Sun extends Script<{ x: number; y: number; z: number }> {
  private target: Entity | null = null;

  start(): void {
    this.target = scene.find("wick");
  }

  lateUpdate(): void {
    if (!this.target) return;
    const { x = 10, y = 10, z = 10 } = this.properties;
    const at = this.target.worldPosition();
    // Whole metres: a shadow map that moves less than its texels would make the edges swim.
    this.entity.position.set(Math.round(at.x) + x, y, Math.round(at.z) + z);
  }
}
