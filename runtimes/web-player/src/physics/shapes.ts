/** Makes Rapier's shapes from Collider components. */

import { Matrix4, Quaternion, Vector3, type BufferGeometry } from "three";
import type { Problems } from "../core/problems";
import { readVec3 } from "../math/vectors";
import { RAPIER } from "./rapier";
import type { ColliderSource } from "./types";

const ONE = { x: 1, y: 1, z: 1 };
/** How far a plane reaches behind its face: nothing falls through it. */
const PLANE_DEPTH = 0.5;
const PLANE_SIDE = 10;
const SMALLEST = 1e-4;

/**
 * The shape in the entity's own axes, its size in world units, and where its centre lies from the entity in the entity's axes.
 * Null when there is nothing to make a shape from.
 */
export function shapeOf(
  collider: ColliderSource,
  scale: Vector3,
  dynamic: boolean,
  problems: Problems,
): { desc: RAPIER.ColliderDesc; offset: Vector3 } | null {
  const { data } = collider;
  const size = readVec3(data.size, ONE);
  const offset = new Vector3().copy(readVec3(data.center) as Vector3).multiply(scale);
  const abs = new Vector3(Math.abs(scale.x), Math.abs(scale.y), Math.abs(scale.z)).max(
    new Vector3(SMALLEST, SMALLEST, SMALLEST),
  );
  switch (data.shape) {
    case "sphere": {
      const radius = data.radius ?? Math.max(size.x, size.y, size.z) / 2;
      return { desc: RAPIER.ColliderDesc.ball(radius * Math.max(abs.x, abs.y, abs.z)), offset };
    }
    case "capsule": {
      const wide = (data.radius ?? Math.max(size.x, size.z) / 2) * Math.max(abs.x, abs.z);
      const height = data.height ?? (data.size === undefined ? 2 : size.y);
      return { desc: RAPIER.ColliderDesc.capsule(Math.max((height * abs.y) / 2 - wide, SMALLEST), wide), offset };
    }
    case "heightfield":
      return heightfield(collider, abs, offset, problems);
    case "plane": {
      offset.z -= PLANE_DEPTH / 2;
      return {
        desc: RAPIER.ColliderDesc.cuboid(
          (size.x * PLANE_SIDE * abs.x) / 2,
          (size.y * PLANE_SIDE * abs.y) / 2,
          PLANE_DEPTH / 2,
        ),
        offset,
      };
    }
    case "mesh":
      return meshShape(collider, offset, dynamic, problems);
    default:
      if (data.shape !== "box")
        problems.warn(`“${collider.entity.name}”: there is no collider of shape “${data.shape}”; it becomes a box.`);
      return {
        desc: RAPIER.ColliderDesc.cuboid((size.x * abs.x) / 2, (size.y * abs.y) / 2, (size.z * abs.z) / 2),
        offset,
      };
  }
}

/** The surface of the entity's terrain. Rapier wants it column by column, over a field that is 1 wide and deep. */
function heightfield(
  collider: ColliderSource,
  scale: Vector3,
  offset: Vector3,
  problems: Problems,
): { desc: RAPIER.ColliderDesc; offset: Vector3 } | null {
  const { terrain } = collider;
  if (!terrain) {
    problems.warn(`“${collider.entity.name}” has a collider of shape “heightfield”, but no terrain.`);
    return null;
  }
  const { width, depth, columns, rows, heights } = terrain;
  const byColumn = new Float32Array(columns * rows);
  heights.forEach((height, index) => (byColumn[(index % columns) * rows + Math.floor(index / columns)] = height));
  const field = { x: width * scale.x, y: scale.y, z: depth * scale.z };
  return { desc: RAPIER.ColliderDesc.heightfield(rows - 1, columns - 1, byColumn, field), offset };
}

/** A shape of every triangle of the entity's mesh; what moves gets the convex hull, because a hollow body has no inside. */
function meshShape(
  collider: ColliderSource,
  offset: Vector3,
  dynamic: boolean,
  problems: Problems,
): { desc: RAPIER.ColliderDesc; offset: Vector3 } | null {
  const { vertices, indices } = triangles(collider);
  if (vertices.length < 9) {
    problems.warn(`“${collider.entity.name}” has a collider of shape “mesh”, but no mesh.`);
    return null;
  }
  const desc = dynamic ? RAPIER.ColliderDesc.convexHull(vertices) : RAPIER.ColliderDesc.trimesh(vertices, indices);
  return desc && { desc, offset };
}

function triangles(collider: ColliderSource): { vertices: Float32Array; indices: Uint32Array } {
  const [vertices, indices]: [number[], number[]] = [[], []];
  const { object3D } = collider.entity;
  object3D.updateWorldMatrix(true, true);
  // Positions are taken in the entity's axes, but with its world scale in them.
  const rotation = new Quaternion();
  const position = new Vector3();
  object3D.matrixWorld.decompose(position, rotation, new Vector3());
  const toEntity = new Matrix4().compose(position, rotation, new Vector3(1, 1, 1)).invert();
  for (const mesh of collider.meshes()) {
    append(mesh.geometry, new Matrix4().multiplyMatrices(toEntity, mesh.matrixWorld), vertices, indices);
  }
  return { vertices: new Float32Array(vertices), indices: new Uint32Array(indices) };
}

function append(geometry: BufferGeometry, matrix: Matrix4, vertices: number[], indices: number[]): void {
  const positions = geometry.getAttribute("position");
  const first = vertices.length / 3;
  const vertex = new Vector3();
  for (let i = 0; i < positions.count; i++)
    vertices.push(...vertex.fromBufferAttribute(positions, i).applyMatrix4(matrix));
  for (let i = 0; i < (geometry.index?.count ?? positions.count); i++)
    indices.push(first + (geometry.index?.getX(i) ?? i));
}
