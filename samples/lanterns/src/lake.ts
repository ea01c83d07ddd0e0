/** The rules: a boat, lanterns to light, islands to row around, and a flame that burns down. */

export interface Lake {
  name: string;
  radius: number;
  seconds: number; // that the flame lasts
  start: number[];
  lanterns: number[][]; // x, y
  islands: number[][]; // x, y, radius
}

export interface Vector {
  x: number;
  y: number;
}

export interface Lantern extends Vector {
  glow: number; // 0: dark, 1: lit
  isLit: boolean;
}

export type Outcome = "rowing" | "won" | "dark";

const PUSH = 620; // units a second, squared
const DRAG = 2.1; // of its speed, a second
const TURN = 7;
const BOAT = 22;
const REACH = 58;
const FUEL = 0.28; // of a whole flame, from each lantern

export class Trip {
  readonly boat = { x: 0, y: 0, vx: 0, vy: 0, heading: -Math.PI / 2 };
  readonly lanterns: Lantern[];
  readonly wake: (Vector & { age: number })[] = [];
  flame = 1;
  outcome: Outcome = "rowing";

  constructor(
    readonly lake: Lake,
    private readonly onLit: (count: number) => void,
  ) {
    [this.boat.x, this.boat.y] = lake.start as [number, number];
    this.lanterns = lake.lanterns.map(([x = 0, y = 0]) => ({ x, y, glow: 0, isLit: false }));
  }

  get lit(): number {
    return this.lanterns.filter((lantern) => lantern.isLit).length;
  }

  /** Let time pass; `wish` is where the oars pull, no longer than 1. */
  step(dt: number, wish: Vector): void {
    this.row(dt, wish);
    this.stayOnWater();
    this.light(dt);
    if (this.outcome !== "rowing") return;
    this.flame = Math.max(0, this.flame - dt / this.lake.seconds);
    if (this.lit === this.lanterns.length) this.outcome = "won";
    else if (this.flame === 0) this.outcome = "dark";
  }

  private row(dt: number, wish: Vector): void {
    const { boat } = this;
    const kept = Math.exp(-DRAG * dt);
    boat.vx = boat.vx * kept + wish.x * PUSH * dt;
    boat.vy = boat.vy * kept + wish.y * PUSH * dt;
    boat.x += boat.vx * dt;
    boat.y += boat.vy * dt;
    const speed = Math.hypot(boat.vx, boat.vy);
    if (speed > 12) {
      const wanted = Math.atan2(boat.vy, boat.vx);
      const turn = Math.atan2(Math.sin(wanted - boat.heading), Math.cos(wanted - boat.heading));
      boat.heading += turn * Math.min(1, TURN * dt);
    }
    for (const ring of this.wake) ring.age += dt;
    while ((this.wake[0]?.age ?? 0) > 1.6) this.wake.shift();
    const last = this.wake.at(-1);
    if (speed > 30 && (!last || Math.hypot(last.x - boat.x, last.y - boat.y) > 16)) {
      this.wake.push({ x: boat.x, y: boat.y, age: 0 });
    }
  }

  /** Islands and the shore stop what goes towards them, and let the rest slide along. */
  private stayOnWater(): void {
    const { boat, lake } = this;
    const bounce = (x: number, y: number, depth: number): void => {
      boat.x += x * depth;
      boat.y += y * depth;
      const into = Math.min(0, boat.vx * x + boat.vy * y);
      boat.vx -= x * into * 1.2;
      boat.vy -= y * into * 1.2;
    };
    for (const [x = 0, y = 0, radius = 0] of lake.islands) {
      const away = Math.hypot(boat.x - x, boat.y - y) || 1;
      const depth = radius + BOAT - away;
      if (depth > 0) bounce((boat.x - x) / away, (boat.y - y) / away, depth);
    }
    const out = Math.hypot(boat.x, boat.y) || 1;
    const depth = out + BOAT - lake.radius;
    if (depth > 0) bounce(-boat.x / out, -boat.y / out, depth);
  }

  private light(dt: number): void {
    for (const lantern of this.lanterns) {
      const isNear = Math.hypot(lantern.x - this.boat.x, lantern.y - this.boat.y) < REACH;
      if (isNear && !lantern.isLit && this.outcome === "rowing") {
        lantern.isLit = true;
        this.flame = Math.min(1, this.flame + FUEL);
        this.onLit(this.lit);
      }
      if (lantern.isLit) lantern.glow += (1 - lantern.glow) * Math.min(1, 3 * dt);
    }
  }
}
