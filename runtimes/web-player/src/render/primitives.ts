/** Geometries that need no file: three.js's, by the names of its constructors' parameters. The sizes by default are the engine's. */

import {
  BoxGeometry,
  BufferGeometry,
  CapsuleGeometry,
  ConeGeometry,
  CylinderGeometry,
  Float32BufferAttribute,
  PlaneGeometry,
  SphereGeometry,
  TorusGeometry,
} from "three";
import { list } from "../scene/format/entityData";
import { asObject } from "../scene/format/settings";
import type { Terrain } from "../scene/format/types";

type Parameter = number | boolean;
type Shape = [new (...parameters: never[]) => BufferGeometry, Record<string, Parameter>];

const MOST_SEGMENTS = 1024;
const ROUND = { thetaStart: 0, thetaLength: 2 * Math.PI };

/** The parameters stand in the order of the constructor. */
const SHAPES: Record<string, Shape> = {
  box: [BoxGeometry, { width: 1, height: 1, depth: 1, widthSegments: 1, heightSegments: 1, depthSegments: 1 }],
  sphere: [
    SphereGeometry,
    {
      ...{ radius: 0.5, widthSegments: 32, heightSegments: 32, phiStart: 0, phiLength: 2 * Math.PI },
      ...{ thetaStart: 0, thetaLength: Math.PI },
    },
  ],
  cylinder: [
    CylinderGeometry,
    { radiusTop: 0.5, radiusBottom: 0.5, height: 1, radialSegments: 32, heightSegments: 1, openEnded: false, ...ROUND },
  ],
  cone: [ConeGeometry, { radius: 0.5, height: 1, radialSegments: 32, heightSegments: 1, openEnded: false, ...ROUND }],
  capsule: [CapsuleGeometry, { radius: 0.5, length: 1, capSegments: 8, radialSegments: 32 }],
  torus: [TorusGeometry, { radius: 0.5, tube: 0.2, radialSegments: 16, tubularSegments: 48, arc: 2 * Math.PI }],
  plane: [PlaneGeometry, { width: 1, height: 1, widthSegments: 1, heightSegments: 1 }],
};

/** What stands behind `primitive:<name>`; null where there is none of that name. */
export function primitive(name: string): BufferGeometry | null {
  const size = name === "plane" ? { width: 10, height: 10 } : {};
  return geometryOf({ type: name === "cube" ? "box" : name, ...size });
}

/** The geometry that a scene describes with numbers; null where nothing can be made of them. */
export function geometryOf(given: Record<string, unknown>): BufferGeometry | null {
  const type = String(given["type"]);
  if (type === "custom") return ofVertices(given);
  if (type === "terrain") return ofTerrain(readTerrain(given));
  if (!Object.hasOwn(SHAPES, type)) return null;
  const [Geometry, parameters] = SHAPES[type] as Shape;
  return new Geometry(
    ...(Object.entries(parameters).map(([name, byDefault]) => read(given, name, byDefault)) as never[]),
  );
}

function read(given: Record<string, unknown>, name: string, byDefault: Parameter): Parameter {
  const value = given[name];
  if (typeof value !== typeof byDefault) return byDefault;
  return name.endsWith("Segments") ? Math.min(value as number, MOST_SEGMENTS) : (value as Parameter);
}

function ofVertices({ vertices, indices, normals, uvs }: Record<string, unknown>): BufferGeometry | null {
  const positions = list(vertices);
  if (positions.length < 9) return null;
  const geometry = new BufferGeometry();
  const set = (name: string, values: unknown[], size: number): void => {
    if (values.length) geometry.setAttribute(name, new Float32BufferAttribute(values as number[], size));
  };
  set("position", positions, 3);
  set("normal", list(normals), 3);
  set("uv", list(uvs), 2);
  if (list(indices).length) geometry.setIndex(list(indices) as unknown as number[]);
  if (!list(normals).length) geometry.computeVertexNormals();
  return geometry;
}

/** Null where the numbers make no terrain. */
export function readTerrain(given: unknown): Terrain | null {
  const { type, width, depth, columns, rows, heights } = asObject(given) as Partial<Terrain> & { type?: string };
  if (type !== "terrain" || !width || !depth || !columns || !rows || columns < 2 || rows < 2) return null;
  if (!Array.isArray(heights) || heights.length !== columns * rows) return null;
  return { width, depth, columns, rows, heights };
}

function ofTerrain(terrain: Terrain | null): BufferGeometry | null {
  if (!terrain) return null;
  const { width, depth, columns, rows, heights } = terrain;
  const geometry = new PlaneGeometry(width, depth, columns - 1, rows - 1).rotateX(-Math.PI / 2);
  const positions = geometry.getAttribute("position");
  heights.forEach((height, index) => positions.setY(index, height));
  geometry.computeVertexNormals();
  return geometry;
}
