/** Where an entity stands in the world, as physics sees it. */

import { Quaternion, Vector3 } from "three";
import type { Entity } from "../scene/entity";
import type { Vec3 } from "../math/vectors";

export interface Place {
  position: Vector3;
  rotation: Quaternion;
}

export function worldOf(entity: Entity): Place & { scale: Vector3 } {
  const placed = { position: new Vector3(), rotation: new Quaternion(), scale: new Vector3() };
  entity.object3D.updateWorldMatrix(true, false);
  entity.object3D.matrixWorld.decompose(placed.position, placed.rotation, placed.scale);
  return placed;
}

export function placeOf(entity: Entity): Place {
  const { position, rotation } = worldOf(entity);
  return { position, rotation };
}

export function copy({ position, rotation }: Place): Place {
  return { position: position.clone(), rotation: rotation.clone() };
}

export function same(a: Place, b: Place): boolean {
  const { rotation: p } = a;
  const { rotation: q } = b;
  // By their parts: Rapier's quaternions have single precision, so that not even one with itself has a product of 1.
  return (
    a.position.distanceToSquared(b.position) < 1e-12 &&
    Math.max(...[p.x - q.x, p.y - q.y, p.z - q.z, p.w - q.w].map(Math.abs)) < 1e-6
  );
}

export function xyz({ x, y, z }: Vec3): [number, number, number] {
  return [x, y, z];
}
