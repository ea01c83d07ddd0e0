/** Reads the bytes that Detour makes of a navigation mesh (`dtCreateNavMeshData`), as far as a search needs them. */

import type { NavMesh, Polygon, Surface } from "./types";

const HEADER_BYTES = 100;
const VERTEX_BYTES = 12;
const POLYGON_BYTES = 32;
const LINK_BYTES = 12;
const SURFACE_BYTES = 12;
/** In a polygon: its corners, what lies beyond its edges, how many corners there are. */
const [CORNERS_AT, NEIGHBOURS_AT, COUNT_AT] = [4, 16, 30];

/** `agent` and the voxels' sides are not in there as they were given. */
export function readDetourTile(
  bytes: Uint8Array,
  given: Pick<NavMesh, "agent" | "climb" | "cellSize" | "cellHeight">,
): NavMesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const integer = (index: number): number => view.getInt32(index * 4, true);
  const [polygonCount, vertexCount, linkCount, surfaceCount, extraCount, triangleCount] = [6, 7, 8, 9, 10, 11].map(
    integer,
  ) as [number, number, number, number, number, number];
  const floats = (from: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => view.getFloat32(from + index * 4, true));
  const polygons = HEADER_BYTES + vertexCount * VERTEX_BYTES;
  const surfaces = polygons + polygonCount * POLYGON_BYTES + linkCount * LINK_BYTES;
  const extra = surfaces + surfaceCount * SURFACE_BYTES;
  const triangles = extra + extraCount * VERTEX_BYTES;
  return {
    ...given,
    bounds: floats(72, 6),
    vertices: floats(HEADER_BYTES, vertexCount * 3),
    polygons: Array.from({ length: polygonCount }, (_, index) => polygonAt(view, polygons + index * POLYGON_BYTES)),
    surfaces: Array.from({ length: surfaceCount }, (_, index) => surfaceAt(view, surfaces + index * SURFACE_BYTES)),
    surfaceVertices: floats(extra, extraCount * 3),
    surfaceTriangles: [...bytes.subarray(triangles, triangles + triangleCount * 4)],
  };
}

function polygonAt(view: DataView, at: number): Polygon {
  const shorts = (from: number): number[] =>
    Array.from({ length: view.getUint8(at + COUNT_AT) }, (_, index) => view.getUint16(at + from + index * 2, true));
  return { vertices: shorts(CORNERS_AT), neighbours: shorts(NEIGHBOURS_AT) };
}

function surfaceAt(view: DataView, at: number): Surface {
  return {
    ...{ verticesBase: view.getUint32(at, true), trianglesBase: view.getUint32(at + 4, true) },
    ...{ verticesCount: view.getUint8(at + 8), trianglesCount: view.getUint8(at + 9) },
  };
}
