/** The world transform of an entity, as physics sees it. */

import { Quaternion, Vector3 } from "three";
import type { Vec3 } from "../math/vectors";
import type { PhysicsNode } from "./types";

export interface Transform {
  position: Vector3;
  rotation: Quaternion;
}

type Place = Transform & { scale: Vector3 };

export function worldTransform(entity: PhysicsNode): Place {
  return measure(entity, { position: new Vector3(), rotation: new Quaternion(), scale: new Vector3() });
}

function measure(entity: PhysicsNode, into: Place): Place {
  entity.object3D.updateWorldMatrix(true, false);
  entity.object3D.matrixWorld.decompose(into.position, into.rotation, into.scale);
  return into;
}

const scratch: Place = { position: new Vector3(), rotation: new Quaternion(), scale: new Vector3() };
const own: Transform = { position: scratch.position, rotation: scratch.rotation };

/** Where the entity is now: to be looked at, and valid until the next call. What has no parent is where it says, bit for bit. */
export function placeOf(entity: PhysicsNode): Readonly<Transform> {
  if (entity.parent) return measure(entity, scratch);
  own.position = entity.object3D.position;
  own.rotation = entity.object3D.quaternion;
  return own;
}

export function clone({ position, rotation }: Transform): Transform {
  return { position: position.clone(), rotation: rotation.clone() };
}

const AXES = ["x", "y", "z"] as const;
export type Axis = (typeof AXES)[number];

/** The axes on which the two are the same. */
export function sameAxes(a: Vector3, b: Vector3): readonly Axis[] {
  return a.distanceToSquared(b) < 1e-12 ? AXES : AXES.filter((axis) => Math.abs(a[axis] - b[axis]) < 1e-6);
}

export function otherAxes(axes: readonly Axis[]): readonly Axis[] {
  return AXES.filter((axis) => !axes.includes(axis));
}

/** Compares by parts: Rapier's quaternions have single precision, so that not even one with itself has a product of 1. */
export function sameTurn(p: Quaternion, q: Quaternion): boolean {
  const [most, { abs }] = [1e-6, Math];
  return abs(p.x - q.x) < most && abs(p.y - q.y) < most && abs(p.z - q.z) < most && abs(p.w - q.w) < most;
}

export function xyz({ x, y, z }: Vec3): [number, number, number] {
  return [x, y, z];
}
