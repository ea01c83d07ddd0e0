/** Finds ways over navigation meshes: a chunk of its own, for scenes with agents. Searching needs no WebAssembly, only baking does. */

import {
  ANY_QUERY_FILTER,
  addTile,
  buildTile,
  createFindNearestPolyResult,
  createNavMesh,
  findNearestPoly,
  findPath,
} from "navcat";
import type { Vec3 } from "../math/vectors";
import type { NavMesh, PathFinder } from "./types";

type Triple = [number, number, number];

export { readNavMesh } from "./navMeshFile";

export function makePathFinder(mesh: NavMesh): PathFinder {
  const { radius, height } = mesh.agent;
  const around: Triple = [radius * 2, Math.max(height, 1), radius * 2];
  const searched = searchable(mesh);
  return {
    path(from: Vec3, to: Vec3): Vec3[] | null {
      const { success, path } = findPath(searched, triple(from), triple(to), around, ANY_QUERY_FILTER);
      return success && path.length > 0 ? path.map(({ position: [x, y, z] }) => ({ x, y, z })) : null;
    },
    heightAt(place: Vec3): number | null {
      const result = createFindNearestPolyResult();
      const { success, position } = findNearestPoly(result, searched, triple(place), around, ANY_QUERY_FILTER);
      return success ? position[1] : null;
    },
  };
}

function triple({ x, y, z }: Vec3): Triple {
  return [x, y, z];
}

function searchable(mesh: NavMesh): ReturnType<typeof createNavMesh> {
  const [x, y, z, farX, farY, farZ] = mesh.bounds as [...Triple, ...Triple];
  const whole = createNavMesh();
  whole.origin = [x, y, z];
  [whole.tileWidth, whole.tileHeight] = [farX - x, farZ - z];
  const tile = buildTile({
    ...{ tileX: 0, tileY: 0, tileLayer: 0, bounds: [x, y, z, farX, farY, farZ], vertices: mesh.vertices },
    polys: mesh.polygons.map(({ vertices, neighbours }) => ({ vertices, neis: neighbours, flags: 1, area: 0 })),
    detailMeshes: mesh.surfaces,
    detailVertices: mesh.surfaceVertices,
    detailTriangles: mesh.surfaceTriangles,
    ...{ cellSize: mesh.cellSize, cellHeight: mesh.cellHeight },
    ...{ walkableRadius: mesh.agent.radius, walkableHeight: mesh.agent.height, walkableClimb: mesh.climb },
  });
  addTile(whole, tile);
  return whole;
}
