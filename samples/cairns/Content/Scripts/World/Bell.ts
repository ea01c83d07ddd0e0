import { Component } from "@aethel/core";

import { climb, climber } from "../Systems";

/** Hangs in the air, turns, and is gathered by whoever comes near. */
export class Bell extends Component {
  reach = 1.15;

  private home = 0;
  private size = 1;
  private isGathered = false;
  private attempt = 0;

  onStart() {
    this.home = this.transform.position.y;
    this.attempt = climb.attempt;
    climb.total++;
  }

  onDestroy() {
    climb.total--;
  }

  onUpdate(delta: number) {
    const { position, rotation, scale } = this.transform;
    if (this.attempt !== climb.attempt) {
      this.attempt = climb.attempt;
      this.isGathered = false;
    }
    const isNear = Math.abs(climber.x - position.x) < this.reach && Math.abs(climber.y - this.home) < this.reach;
    if (isNear && !this.isGathered) {
      this.isGathered = true;
      climb.gather();
    }
    this.size += ((this.isGathered ? 0.001 : 1) - this.size) * (1 - Math.exp(-9 * delta));
    const flare = this.isGathered ? 1.8 : 1;
    scale.x = scale.y = scale.z = this.size * flare;
    rotation.y += (this.isGathered ? 700 : 70) * delta;
    position.y = this.home + Math.sin(Time.time * 2 + position.x) * 0.14;
  }
}
