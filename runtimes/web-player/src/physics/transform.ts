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

export function samePlace(a: Vector3, b: Vector3): boolean {
  return a.distanceToSquared(b) < 1e-12;
}

/** Compares by parts: Rapier's quaternions have single precision, so that not even one with itself has a product of 1. */
export function sameTurn(p: Quaternion, q: Quaternion): boolean {
  return Math.max(...[p.x - q.x, p.y - q.y, p.z - q.z, p.w - q.w].map(Math.abs)) < 1e-6;
}

export function xyz({ x, y, z }: Vec3): [number, number, number] {
  return [x, y, z];
}
