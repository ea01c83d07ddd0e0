/** When particles are emitted, and with which values. Pure: the drawing is the GPU's. */

import type { Random } from "../../core/random";
import type { Range } from "../../math/vectors";
import type { Motion } from "./presets";

export interface Particle {
  offset: [number, number, number];
  velocity: [number, number, number];
  life: number;
  startSize: number;
  endSize: number;
}

export interface Sizes {
  lifetime: Range;
  startSize: Range;
  endSize: Range;
}

export function makeParticle(random: Random, motion: Motion, sizes: Sizes): Particle {
  const between = ({ min, max }: Range): number => random.between(min, max);
  const speed = between(motion.speed);
  return {
    offset: inDisc(random, motion.radius),
    velocity: inCone(random, motion.spread).map((axis) => axis * speed) as [number, number, number],
    life: Math.max(between(sizes.lifetime), 1e-3),
    startSize: between(sizes.startSize),
    endSize: between(sizes.endSize),
  };
}

/** A random point on a horizontal disc, evenly spread. */
function inDisc(random: Random, radius: number): [number, number, number] {
  const distance = radius * Math.sqrt(random.next());
  const angle = random.next() * 2 * Math.PI;
  return [distance * Math.cos(angle), 0, distance * Math.sin(angle)];
}

/** A random direction within so many degrees of +y, evenly spread. */
function inCone(random: Random, degrees: number): [number, number, number] {
  const cos = 1 - random.next() * (1 - Math.cos((Math.min(degrees, 180) * Math.PI) / 180));
  const sin = Math.sqrt(Math.max(1 - cos * cos, 0));
  const angle = random.next() * 2 * Math.PI;
  return [sin * Math.cos(angle), cos, sin * Math.sin(angle)];
}

/** Says how many particles are due in a frame; what is left of one is kept for the next. */
export class EmissionRate {
  private accumulator = 0;

  take(perSecond: number, dt: number): number {
    this.accumulator += Math.max(perSecond, 0) * dt;
    const whole = Math.floor(this.accumulator);
    this.accumulator -= whole;
    return whole;
  }
}
