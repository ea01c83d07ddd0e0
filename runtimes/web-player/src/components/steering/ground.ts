/** The ground of a scene: everything solid that nothing moves, as the triangles that agents walk on and around. */

import { Matrix4, Vector3, type BufferGeometry } from "three";
import { readVec3 } from "../../math/vectors";
import type { Ground, Triangles } from "../../navigation/types";
import { geometryOf } from "../../render/primitives";
import type { Scene } from "../../scene/scene";
import { Collider } from "../Collider";
import { RigidBody } from "../RigidBody";
import { Fingerprint } from "./fingerprint";

const ONE = { x: 1, y: 1, z: 1 };

export function groundOf(scene: Scene): Ground {
  return {
    fingerprint: () => fingerprintOf(scene),
    triangles: (most = Infinity) => trianglesOf(scene, most),
  };
}

function trianglesOf(scene: Scene, most: number): Triangles {
  const ground: Triangles = { positions: [], indices: [] };
  for (const collider of fixedColliders(scene)) {
    for (const [geometry, matrix] of partsOf(collider)) {
      append(ground, geometry, matrix);
      if (ground.indices.length > most * 3) throw new Error(`the ground has more than ${most} triangles`);
    }
  }
  return ground;
}

export function* fixedColliders(scene: Scene): Generator<Collider> {
  for (const collider of scene.all(Collider))
    if (collider.attached && !collider.isTrigger && collider.entity.activeInHierarchy && !isMoved(collider))
      yield collider;
}

function isMoved({ entity }: Collider): boolean {
  for (let at: Collider["entity"] | null = entity; at; at = at.parent) if (at.component(RigidBody)) return true;
  return false;
}

/** Whether a collider has the triangles of what its entity shows. */
export function followsMesh({ data }: Collider): boolean {
  return data.shape === "mesh" || data.shape === "heightfield";
}

function* partsOf(collider: Collider): Generator<[BufferGeometry, Matrix4]> {
  const { data, entity } = collider;
  entity.object3D.updateWorldMatrix(true, true);
  if (followsMesh(collider)) {
    for (const { geometry, matrixWorld } of collider.meshes()) yield [geometry, matrixWorld];
    return;
  }
  const { x, y, z } = readVec3(data.center);
  const geometry = geometryOf(shapeOf(collider));
  if (!geometry) return;
  yield [geometry, new Matrix4().makeTranslation(x, y, z).premultiply(entity.object3D.matrixWorld)];
  geometry.dispose();
}

/** Round shapes coarsely: an agent keeps its distance anyway. */
function shapeOf({ data }: Collider): Record<string, unknown> {
  const size = readVec3(data.size, ONE);
  switch (data.shape) {
    case "sphere":
      return {
        ...{ type: "sphere", radius: data.radius ?? Math.max(size.x, size.y, size.z) / 2 },
        ...{ widthSegments: 12, heightSegments: 8 },
      };
    case "capsule": {
      const radius = data.radius ?? Math.max(size.x, size.z) / 2;
      const height = data.height ?? (data.size === undefined ? 2 : size.y);
      return { type: "cylinder", radiusTop: radius, radiusBottom: radius, height, radialSegments: 12 };
    }
    case "plane":
      return { type: "plane", width: size.x * 10, height: size.y * 10 };
    default:
      return { type: "box", width: size.x, height: size.y, depth: size.z };
  }
}

function append({ positions, indices }: Triangles, geometry: BufferGeometry, matrix: Matrix4): void {
  const given = geometry.getAttribute("position");
  const first = positions.length / 3;
  const vertex = new Vector3();
  for (let at = 0; at < given.count; at++)
    positions.push(...vertex.fromBufferAttribute(given, at).applyMatrix4(matrix).toArray());
  for (let at = 0; at < (geometry.index?.count ?? given.count); at++)
    indices.push(first + (geometry.index?.getX(at) ?? at));
}

function fingerprintOf(scene: Scene): string {
  const print = new Fingerprint();
  for (const collider of fixedColliders(scene)) {
    const { data, entity } = collider;
    entity.object3D.updateWorldMatrix(true, true);
    print.text(JSON.stringify([data.shape, data.size, data.radius, data.height, data.center]));
    print.numbers(entity.object3D.matrixWorld.elements);
    if (!followsMesh(collider)) continue;
    for (const { geometry, matrixWorld } of collider.meshes()) {
      const { array } = geometry.getAttribute("position");
      print.text(`${array.length} ${geometry.index?.count}`);
      print.numbers(matrixWorld.elements);
      print.samples(array);
    }
  }
  return print.value;
}
