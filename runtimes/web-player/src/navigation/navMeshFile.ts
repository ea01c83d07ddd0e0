/**
 * The file of a navigation mesh, all little endian: a magic number, the version, a check sum of what follows; the counts; the measures; then
 * one array after the other. Whatever it says is checked when it is read, so that a damaged one is told rather than searched.
 */

import type { NavMesh, Polygon, Surface } from "./types";

const MAGIC = 0x4d_4e_45_41; // "AENM"
const VERSION = 1;
const HEAD_BYTES = 12;
const MEASURES = 11;
/** What Recast makes of a polygon at most. */
const MOST_CORNERS = 6;

export function writeNavMesh(mesh: NavMesh): Uint8Array<ArrayBuffer> {
  const { agent, polygons, surfaces } = mesh;
  const counts = [mesh.vertices, polygons, mesh.surfaceVertices, mesh.surfaceTriangles].map(({ length }) => length);
  const measures = [agent.radius, agent.height, mesh.climb, mesh.cellSize, mesh.cellHeight, ...mesh.bounds];
  const shorts = polygons.flatMap(({ vertices, neighbours }) => [vertices.length, ...vertices, ...neighbours]);
  const words = surfaces.flatMap((one) => [one.verticesBase, one.verticesCount, one.trianglesBase, one.trianglesCount]);
  const parts = [
    new Uint32Array([...counts, shorts.length]),
    Float32Array.from([...measures, ...mesh.vertices, ...mesh.surfaceVertices]),
    Uint32Array.from(words),
    Uint16Array.from(shorts),
    Uint8Array.from(mesh.surfaceTriangles),
  ].map((part) => new Uint8Array(part.buffer));
  const file = new Uint8Array(HEAD_BYTES + parts.reduce((sum, part) => sum + part.length, 0));
  let at = HEAD_BYTES;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  new Uint32Array(file.buffer, 0, 3).set([MAGIC, VERSION, checkSum(file.subarray(HEAD_BYTES))]);
  return file;
}

/** Throws an error that says what is wrong with the file. */
export function readNavMesh(bytes: ArrayBuffer): NavMesh {
  const [magic, version, sum] = bytes.byteLength < HEAD_BYTES ? [] : new Uint32Array(bytes, 0, 3);
  if (magic !== MAGIC) throw new Error("it is no navigation mesh");
  if (version !== VERSION) throw new Error(`it has version ${version}; this player reads ${VERSION}`);
  if (sum !== checkSum(new Uint8Array(bytes, HEAD_BYTES))) throw new Error("it is damaged");
  const mesh = readParts(bytes);
  if (!isSound(mesh)) throw new Error("its parts do not fit together");
  return mesh;
}

function readParts(bytes: ArrayBuffer): NavMesh {
  let at = HEAD_BYTES;
  const take = <T extends ArrayLike<number>>(
    Kind: { new (buffer: ArrayBuffer, at: number, length: number): T; BYTES_PER_ELEMENT: number },
    count: number,
  ): number[] => {
    const from = at;
    at += count * Kind.BYTES_PER_ELEMENT; // beyond the end the constructor throws
    return Array.from(new Kind(bytes, from, count));
  };
  const [vertices, polygons, surfaceVertices, triangles, shorts] = take(Uint32Array, 5) as FiveNumbers;
  const [radius, height, climb, cellSize, cellHeight, ...bounds] = take(Float32Array, MEASURES) as FiveNumbers;
  return {
    ...{ agent: { radius, height }, climb, cellSize, cellHeight, bounds },
    vertices: take(Float32Array, vertices),
    surfaceVertices: take(Float32Array, surfaceVertices),
    surfaces: inGroups(take(Uint32Array, polygons * 4)),
    polygons: readPolygons(take(Uint16Array, shorts)),
    surfaceTriangles: take(Uint8Array, triangles),
  };
}

type FiveNumbers = [number, number, number, number, number, ...number[]];

function inGroups(words: number[]): Surface[] {
  return Array.from({ length: words.length / 4 }, (_, index) => {
    const [verticesBase, verticesCount, trianglesBase, trianglesCount] = words.slice(index * 4) as FiveNumbers;
    return { verticesBase, verticesCount, trianglesBase, trianglesCount };
  });
}

function readPolygons(shorts: number[]): Polygon[] {
  const polygons: Polygon[] = [];
  for (let at = 0; at < shorts.length;) {
    const corners = shorts[at] as number;
    const [first, second] = [at + 1, at + 1 + corners];
    polygons.push({ vertices: shorts.slice(first, second), neighbours: shorts.slice(second, second + corners) });
    at = second + corners;
  }
  return polygons;
}

/** Whether every index leads somewhere. */
function isSound({ vertices, polygons, surfaces, surfaceVertices, surfaceTriangles }: NavMesh): boolean {
  const [corners, extra, triangles] = [vertices.length / 3, surfaceVertices.length / 3, surfaceTriangles.length / 4];
  return (
    polygons.length === surfaces.length &&
    polygons.every(
      (one) =>
        one.vertices.length >= 3 &&
        one.vertices.length <= MOST_CORNERS &&
        one.neighbours.length === one.vertices.length &&
        one.vertices.every((index) => index < corners) &&
        one.neighbours.every((index) => index <= polygons.length),
    ) &&
    surfaces.every((one, index) => {
      const own = (polygons[index] as Polygon).vertices.length;
      if (one.verticesBase + one.verticesCount > extra || one.trianglesBase + one.trianglesCount > triangles)
        return false;
      const used = surfaceTriangles.slice(one.trianglesBase * 4, (one.trianglesBase + one.trianglesCount) * 4);
      return used.every((corner, at) => at % 4 === 3 || corner < own + one.verticesCount);
    })
  );
}

/** FNV-1a, 32 bits. */
function checkSum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}
