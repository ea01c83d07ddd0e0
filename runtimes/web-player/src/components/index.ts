/** All kinds of components, in the order in which those of one entity are attached and updated. */

import { warnOnce } from "../core/errors";
import type { Entity } from "../scene/entity";
import { Animator } from "./Animator";
import { AudioSource } from "./AudioSource";
import { Camera } from "./Camera";
import { Collider } from "./Collider";
import type { Component, ComponentKind } from "./component";
import { Light } from "./Light";
import { MeshRenderer } from "./MeshRenderer";
import { NavMeshAgent } from "./NavMeshAgent";
import { ParticleSystem } from "./ParticleSystem";
import { RigidBody } from "./RigidBody";
import { ScriptComponent } from "./Script";

export const KINDS = [
  MeshRenderer,
  Light,
  Camera,
  RigidBody,
  Collider,
  AudioSource,
  ParticleSystem,
  Animator,
  NavMeshAgent,
  ScriptComponent,
];

const byType = new Map<string, ComponentKind>(KINDS.map((kind) => [kind.type, kind as unknown as ComponentKind]));
const order = new Map<string, number>(KINDS.map((kind, index) => [kind.type, index]));

/** Null for a type that this player does not know: said once, never fatal. */
export function makeComponent(entity: Entity, type: string, given: Record<string, unknown>): Component | null {
  const kind = byType.get(type);
  if (!kind) {
    warnOnce(
      `The player does not know components of type “${type}” (the first is on “${entity.name}”): they have no effect.`,
      type,
    );
    return null;
  }
  return new kind(entity, fill(kind, given));
}

export function byOrder(a: Component, b: Component): number {
  return (order.get(typeOf(a)) ?? 0) - (order.get(typeOf(b)) ?? 0);
}

export function typeOf(component: Component): string {
  return (component.constructor as unknown as ComponentKind).type;
}

function fill(kind: ComponentKind, given: Record<string, unknown>): object {
  const data: Record<string, unknown> = { ...kind.defaults };
  for (const [field, value] of Object.entries(given)) {
    if (!(field in kind.defaults))
      warnOnce(`${kind.type} has the field “${field}”, which the player does not know: it has no effect.`);
    if (value !== null && value !== undefined) data[field] = value;
  }
  return data;
}
