/** Vectors of `@aethel/core`: every operation gives a new one. */

import type { Vec3 } from "../../math/vectors";

export class Vector3 implements Vec3 {
  constructor(
    public x = 0,
    public y = 0,
    public z = 0,
  ) {}

  add(other: Vec3): Vector3 {
    return new Vector3(this.x + other.x, this.y + other.y, this.z + other.z);
  }

  multiply(factor: number): Vector3 {
    return new Vector3(this.x * factor, this.y * factor, this.z * factor);
  }

  /** The same direction with length 1; a vector of length 0 stays one. */
  normalize(): Vector3 {
    const length = Math.hypot(this.x, this.y, this.z) || 1;
    return new Vector3(this.x / length, this.y / length, this.z / length);
  }
}

/** A vector that is read and written where it comes from. */
export function live(read: () => Vec3, write: (value: Vec3) => void): Vector3 {
  const vector = new Vector3();
  for (const axis of ["x", "y", "z"] as const) {
    Object.defineProperty(vector, axis, {
      enumerable: true,
      get: () => read()[axis],
      set: (value: number) => write({ ...read(), [axis]: value }),
    });
  }
  return vector;
}

/** Places and directions from the scene's axes to those that scripts see, and back: −1 turns z over. */
export function mirrored({ x, y, z }: Vec3, hand: 1 | -1): Vector3 {
  return new Vector3(x, y, z * hand + 0); // a −0 would show
}
