/** Short-lived points of light. */

export class Sparks {
  #alive = [];

  burst(x, y, color, count = 18) {
    for (let i = 0; i < count; i++) {
      const angle = Math.random() * Math.PI * 2;
      const speed = 40 + Math.random() * 160;
      this.#alive.push({ x, y, vx: Math.cos(angle) * speed, vy: Math.sin(angle) * speed, life: 0.5 + Math.random() * 0.5, color, size: 1.5 + Math.random() * 2.5 });
    }
  }

  trail(x, y) {
    this.#alive.push({ x, y, vx: -20 + Math.random() * 10, vy: 10 + Math.random() * 20, life: 0.6, color: "#ffd666", size: 1 + Math.random() * 2 });
  }

  update(dt) {
    for (const spark of this.#alive) {
      spark.x += spark.vx * dt;
      spark.y += spark.vy * dt;
      spark.vx *= 1 - 2 * dt;
      spark.vy *= 1 - 2 * dt;
      spark.life -= dt;
    }
    this.#alive = this.#alive.filter((spark) => spark.life > 0);
  }

  draw(pen) {
    pen.globalCompositeOperation = "lighter";
    for (const spark of this.#alive) {
      pen.globalAlpha = Math.min(1, spark.life * 2);
      pen.fillStyle = spark.color;
      pen.beginPath();
      pen.arc(spark.x, spark.y, spark.size, 0, Math.PI * 2);
      pen.fill();
    }
    pen.globalAlpha = 1;
    pen.globalCompositeOperation = "source-over";
  }
}
