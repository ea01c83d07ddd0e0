import { Component } from "@aethel/core";

/** What is seen of the climber: it turns, hops while it runs, stretches in a leap and is pressed together by the ground. */
export class Figure extends Component {
  size = 1.2;

  private wish = 0;
  private turn = 0;
  private stretch = 0;
  private pace = 0;

  go(wish: number) {
    this.wish = wish;
  }

  leap() {
    this.stretch = 0.28;
  }

  land() {
    this.stretch = -0.24;
  }

  onUpdate(delta: number) {
    const soft = 1 - Math.exp(-12 * delta);
    this.turn += (this.wish * -55 - this.turn) * soft;
    this.stretch -= this.stretch * soft * 0.7;
    this.pace = this.wish === 0 ? 0 : this.pace + delta * 14;
    const { rotation, scale, position } = this.transform;
    rotation.y = this.turn;
    rotation.z = -this.wish * 7;
    scale.y = this.size * (1 + this.stretch);
    scale.x = scale.z = this.size * (1 - this.stretch * 0.5);
    position.y = -0.5 + Math.abs(Math.sin(this.pace)) * 0.08;
  }
}
