/** All kinds of components, in the order in which those of one entity are attached and updated. */

import { warnOnce } from "../core/errors";
import type { ComponentFactory } from "../scene/entity";
import type { Services } from "../scene/services";
import { Animator } from "./Animator";
import { AudioSource } from "./AudioSource";
import { Camera } from "./Camera";
import { Collider } from "./Collider";
import type { ComponentKind } from "./component";
import { FallingBody } from "./FallingBody";
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
  FallingBody,
  AudioSource,
  ParticleSystem,
  Animator,
  NavMeshAgent,
  ScriptComponent,
];

const byType = new Map<string, ComponentKind>(KINDS.map((kind) => [kind.type, kind as unknown as ComponentKind]));
const order = new Map<string, number>(KINDS.map((kind, index) => [kind.type, index]));

/** Makes components that use these services. A type that this player does not know is named once, and never fatal. */
export function componentFactory(services: Services): ComponentFactory {
  return {
    make: (entity, type, given) => {
      const kind = byType.get(type);
      if (kind) return new kind(entity, withDefaults(kind, given), services);
      warnOnce(
        `The player does not know components of type “${type}” (the first is on “${entity.name}”): they have no effect.`,
        type,
      );
      return null;
    },
    compare: (a, b) => (order.get(a.type) ?? 0) - (order.get(b.type) ?? 0),
  };
}

function withDefaults(kind: ComponentKind, given: Record<string, unknown>): object {
  const data: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(kind.defaults))
    data[field] = typeof value === "object" ? structuredClone(value) : value;
  for (const [field, value] of Object.entries(given)) {
    if (!(field in kind.defaults))
      warnOnce(`${kind.type} has the field “${field}”, which the player does not know: it has no effect.`);
    if (value !== null && value !== undefined) data[field] = value;
  }
  return data;
}
