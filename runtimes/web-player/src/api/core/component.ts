/** The class that scripts on `@aethel/core` extend. */

import type { Vec3 } from "../../math/vectors";
import type { Entity } from "../../scene/entity";
import { addDialect, type Hooks } from "../../scripts/dialects";
import { pendingContext, type ScriptContext } from "../../scripts/script";
import { handleOf, type ComponentType } from "./handles";
import { handOf, transformOf, type Transform } from "./transform";
import { mirrored, type Vector3 } from "./vector";

/** What a script is told of two colliders that touch. */
export interface Collision {
  /** Away from the other one, in world space. */
  readonly normal: Vector3;
  readonly point: Vector3;
  /** The name of the other entity. */
  readonly name: string;
}

interface Contact {
  normal: Vec3;
  point: Vec3;
}

/** What the player calls of a script. */
export type Callbacks = Partial<{
  onStart(): unknown;
  onUpdate(delta: number): unknown;
  onDestroy(): unknown;
  onCollisionEnter(hit: Collision): unknown;
  onCollisionExit(hit: Collision): unknown;
}>;

export abstract class Component {
  readonly #entity: Entity = pendingContext().entity;
  readonly transform: Transform = transformOf(this.#entity);

  /** A component of the engine or a script of the same entity; null where it has none. */
  getComponent<T extends object>(type: ComponentType<T>): T | null {
    return componentOf(this.#entity, type);
  }

  /** Likewise, of the entity or the first of its descendants that has one. */
  getComponentInChildren<T extends object>(type: ComponentType<T>): T | null {
    for (const entity of this.#entity.tree()) {
      const found = componentOf(entity, type);
      if (found) return found;
    }
    return null;
  }
}

function componentOf<T extends object>(entity: Entity, type: ComponentType<T>): T | null {
  return handleOf(entity, type) ?? (entity.script(type) as T | null);
}

const NOWHERE: Vec3 = { x: 0, y: 0, z: 0 };

addDialect({ base: Component, hooksOf });

function hooksOf(script: Component, { entity, properties }: ScriptContext): Hooks {
  Object.assign(script, properties); // the class's own fields are their defaults
  const callbacks = script as Callbacks;
  const touching = new Map<Entity, Collision>();
  const hitOf = (other: Entity, contact: Contact): Collision => ({
    normal: mirrored(contact.normal, handOf(entity)),
    point: mirrored(contact.point, handOf(entity)),
    name: other.name,
  });
  return {
    start: () => callbacks.onStart?.(),
    update: (delta: number) => callbacks.onUpdate?.(delta),
    destroyed: () => callbacks.onDestroy?.(),
    onCollision: (other: Entity, contact: Contact) => {
      const hit = hitOf(other, contact);
      touching.set(other, hit);
      return callbacks.onCollisionEnter?.(hit);
    },
    onCollisionEnd: (other: Entity) => {
      const hit = touching.get(other) ?? hitOf(other, { normal: NOWHERE, point: NOWHERE });
      touching.delete(other);
      return callbacks.onCollisionExit?.(hit);
    },
  };
}
