/** Balls that collide, in fixed steps, and sparks where they do. */
const STEP_S = 1 / 120;

export class Bodies {
  left = 0;
  sparks = [];
  balls = Array.from({ length: 24 }, () => ({
    x: Math.random() * 1.6 - 0.8,
    y: Math.random() * 1.6 - 0.8,
    vx: Math.random() - 0.5,
    vy: Math.random() - 0.5,
    hue: Math.random(),
  }));

  step(dt) {
    for (this.left += dt; this.left >= STEP_S; this.left -= STEP_S) this.fixed();
    this.sparks = this.sparks.filter((spark) => (spark.age += dt) < 0.6);
    for (const spark of this.sparks) [spark.x, spark.y] = [spark.x + spark.vx * dt, spark.y + spark.vy * dt];
  }

  fixed() {
    for (const ball of this.balls) {
      ball.vy -= 1.2 * STEP_S;
      ball.x += ball.vx * STEP_S;
      ball.y += ball.vy * STEP_S;
      if (Math.abs(ball.x) > 0.95) [ball.x, ball.vx] = [Math.sign(ball.x) * 0.95, -ball.vx];
      if (Math.abs(ball.y) > 0.95) [ball.y, ball.vy] = [Math.sign(ball.y) * 0.95, -ball.vy * 0.9];
    }
    this.balls.forEach((a, index) => {
      for (const b of this.balls.slice(index + 1)) {
        const [dx, dy] = [b.x - a.x, b.y - a.y];
        const apart = Math.hypot(dx, dy);
        if (apart > 0.12 || apart === 0) continue;
        const along = ((b.vx - a.vx) * dx + (b.vy - a.vy) * dy) / apart;
        if (along >= 0) continue;
        const push = { x: (dx / apart) * along, y: (dy / apart) * along };
        [a.vx, a.vy, b.vx, b.vy] = [a.vx + push.x, a.vy + push.y, b.vx - push.x, b.vy - push.y];
        for (let n = 0; n < 4; n++)
          this.sparks.push({ x: a.x, y: a.y, vx: Math.random() - 0.5, vy: Math.random() - 0.5, age: 0, hue: a.hue });
      }
    });
  }

  points(scale) {
    return new Float32Array([
      ...this.balls.flatMap(({ x, y, hue }) => [x, y, 16 * scale, hue]),
      ...this.sparks.flatMap(({ x, y, age, hue }) => [x, y, (6 - age * 8) * scale, hue + 0.3]),
    ]);
  }
}
