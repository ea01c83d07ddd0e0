import { Component } from "@aethel/core";

import { climber } from "../Systems";

/** The camera goes after the climber, and steps back in windows that are high and narrow. */
export class Follow extends Component {
  distance = 12;
  height = 2.4;

  onStart() {
    this.transform.position = { x: climber.x, y: this.height, z: -this.distance };
  }

  onUpdate(delta: number) {
    const soft = 1 - Math.exp(-4 * delta);
    const { position } = this.transform;
    const narrow = Math.max(1, 1.05 / (innerWidth / innerHeight));
    position.x += (climber.x + 1 - position.x) * soft;
    position.y += (Math.max(climber.y, 0) + this.height - position.y) * soft;
    position.z += (-this.distance * narrow - position.z) * soft;
  }
}
