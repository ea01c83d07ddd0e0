/** What physics needs of a scene and what it offers to it; `world.ts` (a chunk of its own) does it with Rapier. */

import type { BufferGeometry, Mesh, Object3D, Quaternion, Vector3 } from "three";
import type { Vec3 } from "../math/vectors";
import type { Terrain } from "../scene/format/types";

// ── What it is given ──

/** An entity as physics sees it. */
export interface PhysicsNode {
  readonly name: string;
  readonly layer: number;
  readonly parent: PhysicsNode | null;
  readonly object3D: Object3D;
  /** Its RigidBody, if it has one. */
  readonly body: object | null;
  setWorldPosition(position: Vec3): void;
  setWorldQuaternion(rotation: Quaternion): void;
  /** Passes a contact on to the scripts of the entity. */
  onContact(other: PhysicsNode, contact: ContactEvent): void;
}

export interface BodyData {
  /** Kilograms. */
  mass: number;
  drag: number;
  angularDrag: number;
  useGravity: boolean;
  /** Moved by the game alone; pushes others. */
  isKinematic: boolean;
  /** `freezePositionX` … `freezeRotationZ`, or `freezePosition` and `freezeRotation` as `{x, y, z}` of booleans, or true for all three. */
  constraints: Record<string, unknown>;
  /** Moves in x and y alone and never turns. */
  planar: boolean;
}

export interface ColliderData {
  shape: string;
  /** Undefined: 1 in every direction. */
  size: unknown;
  /** Metres, before the entity's scale; undefined: what the size says, else 0.5. */
  radius: number | undefined;
  /** Of a capsule, from end to end; undefined: what the size says, else 2. */
  height: number | undefined;
  center: unknown;
  isTrigger: boolean;
  /** `{friction, restitution}`, or the id of a material asset that holds them. */
  physicsMaterial: unknown;
}

export interface Surface {
  friction: number;
  restitution: number;
}

/** A RigidBody component as physics sees it. */
export interface BodySource {
  readonly entity: PhysicsNode;
  readonly data: BodyData;
}

/** A Collider component as physics sees it. */
export interface ColliderSource {
  readonly entity: PhysicsNode;
  readonly data: ColliderData;
  readonly surface: Surface;
  /** For colliders of the shape `heightfield`; null where its entity shows no terrain. */
  readonly terrain: Terrain | null;
  /** What its entity shows: for colliders of the shape `mesh`. */
  meshes(): Iterable<Mesh<BufferGeometry>>;
}

// ── What it offers ──

export interface RayHit {
  entity: PhysicsNode;
  point: Vector3;
  normal: Vector3;
  distance: number;
}

export interface RayOptions {
  ignore?: PhysicsNode;
  layers?: number;
  triggers?: boolean;
  /** Only what no force moves: for steering. */
  fixedOnly?: boolean;
}

/** Two colliders begin or cease to touch. */
export interface ContactEvent {
  a: PhysicsNode;
  b: PhysicsNode;
  started: boolean;
  trigger: boolean;
  /** The normal points from b towards a, the impulse is in newton seconds; null for triggers and ends. */
  contact: { point: Vector3; normal: Vector3; impulse: number } | null;
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
  addBody(body: BodySource): BodyHandle;
  removeBody(body: BodySource): void;
  setBodyEnabled(body: BodySource, enabled: boolean): void;
  addCollider(collider: ColliderSource): ColliderHandle | null;
  removeCollider(collider: ColliderSource): void;
  /** Takes one step of `dt` seconds. Calls `onContact` for every beginning and end of contact. */
  step(dt: number, onContact: (contact: ContactEvent) => void): void;
  /** Shows dynamic bodies where the last step has left them: what scripts read in a step is of that step. */
  showLatest(): void;
  /** Shows dynamic bodies between the last two steps, at 0 to 1. */
  interpolate(alpha: number): void;
  raycast(origin: Vec3, direction: Vec3, maxDistance: number, options: RayOptions): RayHit | null;
  overlapSphere(center: Vec3, radius: number): PhysicsNode[];
  dispose(): void;
}
