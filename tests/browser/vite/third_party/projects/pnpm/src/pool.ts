import { Bodies, Composite, Engine } from "matter-js";

const STEP_MS = 1000 / 60;

export class Pool {
  readonly #engine = Engine.create();

  constructor(width: number, height: number) {
    const options = { isStatic: true };
    Composite.add(this.#engine.world, [
      Bodies.rectangle(width / 2, height - 10, width, 20, options),
    ]);
  }

  drop(x: number): void {
    Composite.add(this.#engine.world, Bodies.circle(x, 40, 16));
    for (let n = 0; n < 120; n++) Engine.update(this.#engine, STEP_MS);
  }

  draw(pen: CanvasRenderingContext2D): void {
    pen.fillStyle = "#a8dadc";
    pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
    pen.fillStyle = "#1d3557";
    for (const { vertices } of Composite.allBodies(this.#engine.world)) {
      pen.beginPath();
      for (const { x, y } of vertices) pen.lineTo(x, y);
      pen.fill();
    }
  }
}
