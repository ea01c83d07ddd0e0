/** Components as a GameScript sees them: the engine's own fields, live. */

import { Vector3 } from "three";
import type { RigidBody } from "../../components/RigidBody";
import type { Vec3 } from "../../math/vectors";
import type { Entity, EntityComponent } from "../../scene/entity";

/** The player's types by the engine's. */
const TYPES: Record<string, string> = {
  mesh: "MeshRenderer",
  rigidbody: "RigidBody",
  collider: "Collider",
  camera: "Camera",
  light: "Light",
  audioSource: "AudioSource",
  animator: "Animator",
  particleSystem: "ParticleSystem",
  script: "Script",
};
/** The player's fields by the engine's, where they differ. */
const FIELDS: Record<string, string> = {
  lightType: "type",
  castShadow: "castShadows",
  receiveShadow: "receiveShadows",
  clip: "clipId",
  physicMaterial: "physicsMaterial",
  scriptName: "scriptId",
};

export interface TransformView {
  readonly type: "transform";
  readonly entityId: string;
  readonly position: Vector3;
  readonly rotation: Entity["rotation"];
  readonly scale: Vector3;
  readonly localPosition: Vector3;
  readonly localRotation: Entity["rotation"];
  readonly localScale: Vector3;
}

export function transformOf({ id, position, rotation, scale }: Entity): TransformView {
  return {
    ...{ type: "transform", entityId: id, position, rotation, scale },
    ...{ localPosition: position, localRotation: rotation, localScale: scale },
  };
}

class RigidbodyView {
  readonly type = "rigidbody";
  private readonly linear = live(
    () => this.body.velocity,
    (value) => (this.body.velocity = value),
  );
  private readonly angular = live(
    () => this.body.angularVelocity,
    (value) => (this.body.angularVelocity = value),
  );

  constructor(private readonly body: RigidBody) {}

  get entityId(): string {
    return this.body.entity.id;
  }

  get mass(): number {
    return this.body.mass;
  }

  get drag(): number {
    return this.body.data.drag;
  }

  get angularDrag(): number {
    return this.body.data.angularDrag;
  }

  get isKinematic(): boolean {
    return this.body.isKinematic;
  }

  get useGravity(): boolean {
    return this.body.useGravity;
  }

  set useGravity(use: boolean) {
    this.body.useGravity = use;
  }

  get velocity(): Vector3 {
    return this.linear;
  }

  set velocity(value: Vec3) {
    this.linear.copy(value as Vector3);
  }

  get angularVelocity(): Vector3 {
    return this.angular;
  }

  set angularVelocity(value: Vec3) {
    this.angular.copy(value as Vector3);
  }
}

/** A vector of three.js that is read and written where it comes from. */
function live(read: () => Vec3, write: (value: Vec3) => void): Vector3 {
  const vector = new Vector3();
  for (const axis of ["x", "y", "z"] as const) {
    Object.defineProperty(vector, axis, {
      enumerable: true,
      get: () => read()[axis],
      set: (value: number) => {
        const { x, y, z } = read();
        write({ x, y, z, [axis]: value });
      },
    });
  }
  return vector;
}

const views = new WeakMap<EntityComponent, object>();

/** Undefined where the entity has no such component. */
export function componentOf(entity: Entity, type: string): object | undefined {
  if (type === "transform") return transformOf(entity);
  const component = entity.getComponent(TYPES[type] ?? type);
  if (!component) return undefined;
  if (type !== "rigidbody") return component;
  const view = views.get(component) ?? new RigidbodyView(component as unknown as RigidBody);
  views.set(component, view);
  return view;
}

export function addComponent(entity: Entity, { type, ...fields }: { type: string }): object | undefined {
  const data = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [FIELDS[name] ?? name, value as unknown]),
  );
  entity.addComponent(TYPES[type] ?? type, data);
  return componentOf(entity, type);
}
