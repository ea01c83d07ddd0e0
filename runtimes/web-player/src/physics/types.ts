/** What components and scripts ask of physics; `world.ts` (a chunk of its own) answers it with Rapier. */

import type { Vector3 } from "three";
import type { Collider } from "../components/Collider";
import type { RigidBody } from "../components/RigidBody";
import type { Entity } from "../scene/entity";
import type { Vec3 } from "../math/vectors";

export interface RayHit {
  entity: Entity;
  point: Vector3;
  normal: Vector3;
  distance: number;
}

export interface RayOptions {
  ignore?: Entity;
  layers?: number;
  triggers?: boolean;
  /** Only what no force moves: for steering. */
  fixedOnly?: boolean;
}

export interface Touch {
  a: Entity;
  b: Entity;
  started: boolean;
  trigger: boolean;
  /** From b towards a; null for triggers and ends. */
  contact: { point: Vector3; normal: Vector3 } | null;
}

export interface BodyHandle {
  mass(): number;
  isSleeping(): boolean;
  wakeUp(): void;
  linvel(): Vec3;
  setLinvel(velocity: Vec3, wake: boolean): void;
  angvel(): Vec3;
  setAngvel(velocity: Vec3, wake: boolean): void;
  addForce(force: Vec3, wake: boolean): void;
  addForceAtPoint(force: Vec3, at: Vec3, wake: boolean): void;
  applyImpulse(impulse: Vec3, wake: boolean): void;
  applyImpulseAtPoint(impulse: Vec3, at: Vec3, wake: boolean): void;
  addTorque(torque: Vec3, wake: boolean): void;
  applyTorqueImpulse(torque: Vec3, wake: boolean): void;
  setGravityScale(scale: number, wake: boolean): void;
}

export interface ColliderHandle {
  setEnabled(enabled: boolean): void;
  setFriction(friction: number): void;
  setRestitution(restitution: number): void;
}

export interface PhysicsWorld {
  gravity: Vec3;
  addBody(component: RigidBody): BodyHandle;
  removeBody(component: RigidBody): void;
  setBodyEnabled(component: RigidBody, enabled: boolean): void;
  addCollider(component: Collider): ColliderHandle | null;
  removeCollider(component: Collider): void;
  /** One fixed step. Calls `touched` for every beginning and end of contact. */
  step(dt: number, touched: (touch: Touch) => void): void;
  /** Shows dynamic bodies between the last two steps, at 0 to 1. */
  interpolate(alpha: number): void;
  raycast(origin: Vec3, direction: Vec3, maxDistance: number, options: RayOptions): RayHit | null;
  overlapSphere(center: Vec3, radius: number): Entity[];
  dispose(): void;
}
