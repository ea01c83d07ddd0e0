/** A route: the corners of a way that an agent follows one after the other. Pure, on the ground plane. */

import type { Vec3 } from "../../math/vectors";

/** How far a goal may move before the way is looked for anew, metres. */
const STALE_M = 0.25;

export class Route {
  private corners: readonly Vec3[];
  private readonly goal: Vec3;

  /** `corners`: null where no way has been found. */
  constructor(corners: readonly Vec3[] | null, { x, y, z }: Vec3) {
    this.corners = corners ?? [];
    this.goal = { x, y, z };
  }

  get found(): boolean {
    return this.corners.length > 0;
  }

  /** The goal has moved away from where this way leads. */
  isStale(goal: Vec3): boolean {
    return flat(goal, this.goal) > STALE_M;
  }

  /** The next corner for somebody at `at`, who has passed those within `reach`; the last one is never passed. */
  next(at: Vec3, reach: number): Vec3 {
    while (this.corners.length > 1 && flat(at, this.corners[0] as Vec3) <= reach) this.corners = this.corners.slice(1);
    return this.corners[0] as Vec3;
  }

  /** Metres along the way that are left from `at`. */
  lengthFrom(at: Vec3): number {
    let [length, from] = [0, at];
    for (const corner of this.corners) {
      length += flat(from, corner);
      from = corner;
    }
    return length;
  }
}

function flat(a: Vec3, b: Vec3): number {
  return Math.hypot(a.x - b.x, a.z - b.z);
}
