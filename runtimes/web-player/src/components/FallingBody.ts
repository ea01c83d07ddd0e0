/** A falling body falls straight down to the ground and bounces there, through everything else: as objects do in the level editor's play mode. */

import { Component, fromData } from "./component";

interface FallingData {
  /** m/s², along the world's y. */
  gravity: number;
  /** Height of the ground; the body's own half height comes on top of it. */
  ground: number;
  /** The part of its speed that it keeps when it bounces. */
  bounce: number;
  /** m/s: a slower bounce is none. */
  restSpeed: number;
}

export class FallingBody extends Component<FallingData> {
  static readonly type = "FallingBody";
  static readonly defaults: FallingData = { gravity: -9.81, ground: 0.05, bounce: 0.5, restSpeed: 0.5 };

  /** m/s, upwards. */
  velocity = 0;

  /** Exact whatever the length of the frame: a bounce within it takes place at its own time. */
  override update(dt: number): void {
    const { position, scale } = this.entity;
    const { gravity, ground, bounce, restSpeed } = this.data;
    const lowest = ground + scale.y / 2;
    let left = dt;
    let height = Math.max(position.y - lowest, 0);
    while (left > 0 && gravity < 0) {
      const impact = Math.sqrt(this.velocity ** 2 - 2 * gravity * height);
      const untilImpact = (this.velocity + impact) / -gravity;
      if (untilImpact > left) break;
      left -= untilImpact;
      height = 0;
      this.velocity = impact * bounce;
      if (this.velocity < Math.max(restSpeed, 1e-3)) {
        this.velocity = 0;
        position.y = lowest;
        return;
      }
    }
    position.y = lowest + height + this.velocity * left + (gravity * left * left) / 2;
    this.velocity += gravity * left;
  }

  // ── For scripts ──

  declare gravity: number;
  declare ground: number;
  declare bounce: number;
  declare restSpeed: number;
}

fromData(FallingBody, "gravity", "ground", "bounce", "restSpeed");
