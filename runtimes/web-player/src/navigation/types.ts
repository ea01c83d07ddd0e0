/** What agents need to find their ways, and what a navigation mesh is between being baked and being searched. */

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

/** The ground of a scene as it stands. */
export interface Ground {
  /** The same text for the same ground; costs little. */
  fingerprint(): string;
  /** Throws where there are more than `most`. */
  triangles(most?: number): Triangles;
}

export interface Polygon {
  vertices: number[];
  /** By edge: 0 at a border, else one more than the number of the polygon beyond. */
  neighbours: number[];
}

/** The triangles of a polygon that follow the ground's height: its own vertices come first, then those of the surface. */
export interface Surface {
  verticesBase: number;
  verticesCount: number;
  trianglesBase: number;
  trianglesCount: number;
}

/** Convex polygons that one size of agents can walk on; Detour's own parts (see its `dtMeshTile`). */
export interface NavMesh {
  agent: AgentSize;
  /** Metres: what an agent steps up, and the sides of a voxel. */
  climb: number;
  cellSize: number;
  cellHeight: number;
  /** Lowest x, y, z; highest x, y, z. */
  bounds: number[];
  vertices: number[];
  polygons: Polygon[];
  /** One for each polygon. */
  surfaces: Surface[];
  surfaceVertices: number[];
  /** Three vertices and a flag for each triangle. */
  surfaceTriangles: number[];
}

export interface PathFinder {
  /** The corners of the way, the last one at the goal or as near to it as one gets; null where either end is off the ground. */
  path(from: Vec3, to: Vec3): Vec3[] | null;
  /** The ground's height below or above a place; null where there is none near. */
  heightAt(place: Vec3): number | null;
}
