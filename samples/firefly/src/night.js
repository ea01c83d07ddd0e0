/** The rules: what flies, what shines, what hurts. Positions in CSS pixels, times in seconds. */

const LIVES = 3;
const SPEED = 340;
const REACH = 40; // how near a light has to be
const DANGER = 44; // how near a bat may be
const SAFE_S = 1.6; // after a hit
const LIGHTS_AT_ONCE = 5;

export class Night {
  score = 0;
  lives = LIVES;
  level = 0;
  player;
  lights = [];
  bats = [];
  safe = SAFE_S;
  #levels;
  #left;
  #size;

  /** @param {object[]} levels data/levels.json @param {{width: number, height: number}} size of the stage */
  constructor(levels, size) {
    this.#levels = levels;
    this.#size = size;
    this.player = { x: size.width * 0.3, y: size.height * 0.5, vx: 0, vy: 0 };
    this.#begin();
  }

  get current() {
    return this.#levels[this.level % this.#levels.length];
  }

  get over() {
    return this.lives === 0;
  }

  resize(size) {
    for (const thing of [this.player, ...this.lights, ...this.bats]) {
      thing.x *= size.width / this.#size.width;
      thing.y *= size.height / this.#size.height;
    }
    this.#size = size;
  }

  /** @returns {string[]} what happened: collect, star, hurt, level */
  step(dt, direction) {
    this.safe = Math.max(0, this.safe - dt);
    this.#fly(dt, direction);
    return [...this.#gather(dt), ...this.#chase(dt)];
  }

  #begin() {
    this.#left = this.current.lights;
    const { width, height } = this.#size;
    while (this.bats.length < this.current.bats + Math.floor(this.level / this.#levels.length)) {
      this.bats.push({ x: width + 80, y: height * Math.random() * 0.7, phase: Math.random() * 6 });
    }
    while (this.lights.length < Math.min(LIGHTS_AT_ONCE, this.#left)) this.#shine();
  }

  #shine() {
    const { width, height } = this.#size;
    const margin = 60;
    this.lights.push({
      x: margin + Math.random() * (width - 2 * margin),
      y: margin + 40 + Math.random() * (height * 0.78 - 2 * margin),
      gold: Math.random() < 0.15,
      age: 0,
      phase: Math.random() * 6,
    });
  }

  #fly(dt, direction) {
    const { player } = this;
    const ease = Math.min(1, 9 * dt);
    player.vx += (direction.x * SPEED - player.vx) * ease;
    player.vy += (direction.y * SPEED - player.vy) * ease;
    player.x = Math.min(Math.max(player.x + player.vx * dt, 24), this.#size.width - 24);
    player.y = Math.min(Math.max(player.y + player.vy * dt, 24), this.#size.height - 24);
  }

  #gather(dt) {
    const happened = [];
    for (const light of this.lights) light.age += dt;
    for (const light of this.lights.filter((one) => near(one, this.player, REACH))) {
      this.lights.splice(this.lights.indexOf(light), 1);
      this.score += light.gold ? 50 : 10;
      this.#left -= 1;
      happened.push(light.gold ? "star" : "collect");
      if (this.#left >= LIGHTS_AT_ONCE) this.#shine();
      if (this.#left === 0) {
        this.level += 1;
        happened.push("level");
        this.#begin();
      }
    }
    return happened;
  }

  #chase(dt) {
    const happened = [];
    for (const bat of this.bats) {
      bat.phase += dt;
      const towards = Math.sign(this.player.y - bat.y);
      bat.x -= this.current.speed * (1 + 0.25 * Math.sin(bat.phase)) * dt;
      bat.y += (towards * this.current.speed * 0.28 + Math.cos(bat.phase * 2.4) * 70) * dt;
      if (bat.x < -80) [bat.x, bat.y] = [this.#size.width + 80, this.#size.height * Math.random() * 0.7];
      if (this.safe === 0 && near(bat, this.player, DANGER)) {
        this.lives -= 1;
        this.safe = SAFE_S;
        happened.push("hurt");
      }
    }
    return happened;
  }
}

function near(one, other, distance) {
  return Math.hypot(one.x - other.x, one.y - other.y) < distance;
}
