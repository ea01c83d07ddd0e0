/** What agents need to find their ways; `recast.ts` (a chunk of its own) does it with Recast and Detour. */

import type { Vec3 } from "../math/vectors";

/** Triangles in world space. */
export interface Triangles {
  positions: number[];
  indices: number[];
}

/** Metres. */
export interface AgentSize {
  radius: number;
  height: number;
}

export interface PathFinder {
  /** The corners of the way, the last one at the goal or as near to it as one gets; null where either end is off the ground. */
  path(from: Vec3, to: Vec3): Vec3[] | null;
  /** The ground's height below or above a place; null where there is none near. */
  heightAt(place: Vec3): number | null;
  dispose(): void;
}
