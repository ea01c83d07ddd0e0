import { Component } from "@aethel/core";

/** Stones that float far away. */
export class Drift extends Component {
  private home = 0;

  onStart() {
    this.home = this.transform.position.y;
  }

  onUpdate(delta: number) {
    const { position, rotation } = this.transform;
    position.y = this.home + Math.sin(Time.time * 0.4 + position.x) * 0.6;
    rotation.y += 5 * delta;
  }
}
