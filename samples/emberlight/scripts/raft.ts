/** A kinematic platform that goes to and fro, and says how fast, for whoever rides it. */

import { Script, time, type Vec3Like } from "aethel";

export default class Raft extends Script<{ toX: number; toZ: number; seconds: number }> {
  velocity: Vec3Like = { x: 0, y: 0, z: 0 };
  private from: Vec3Like = { x: 0, y: 0, z: 0 };

  start(): void {
    this.from = this.entity.position.clone();
  }

  fixedUpdate(dt: number): void {
    const { toX = 0, toZ = 0, seconds = 8 } = this.properties;
    const share = (1 - Math.cos(((time.now % seconds) / seconds) * 2 * Math.PI)) / 2;
    const before = this.entity.position.clone();
    this.entity.position.x = this.from.x + (toX - this.from.x) * share;
    this.entity.position.z = this.from.z + (toZ - this.from.z) * share;
    this.velocity = this.entity.position
      .clone()
      .sub(before)
      .multiplyScalar(1 / dt);
  }
}
