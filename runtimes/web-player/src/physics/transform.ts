/** The world transform of an entity, as physics sees it. */

import { Quaternion, Vector3 } from "three";
import type { Vec3 } from "../math/vectors";
import type { PhysicsNode } from "./types";

export interface Transform {
  position: Vector3;
  rotation: Quaternion;
}

export function worldTransform(entity: PhysicsNode): Transform & { scale: Vector3 } {
  const transform = { position: new Vector3(), rotation: new Quaternion(), scale: new Vector3() };
  entity.object3D.updateWorldMatrix(true, false);
  entity.object3D.matrixWorld.decompose(transform.position, transform.rotation, transform.scale);
  return transform;
}

export function clone({ position, rotation }: Transform): Transform {
  return { position: position.clone(), rotation: rotation.clone() };
}

export function equals(a: Transform, b: Transform): boolean {
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
