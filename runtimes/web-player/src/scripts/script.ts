/** The class that scripts extend. */

import type { Entity } from "../scene/entity";

export interface ScriptContext {
  readonly entity: Entity;
  readonly properties: Record<string, unknown>;
}

let pending: ScriptContext | null = null;

export class Script implements ScriptContext {
  readonly entity: Entity;
  readonly properties: Record<string, unknown>;

  constructor() {
    ({ entity: this.entity, properties: this.properties } = pendingContext());
  }
}

/** The context of the script that is being made: for the constructors of classes that scripts extend. */
export function pendingContext(): ScriptContext {
  if (!pending)
    throw new Error(
      'Scripts are made by the player: put them on an entity in the scene, or use addComponent("Script", …).',
    );
  return pending;
}

/** Fields of a script may already use `this.entity` and `this.properties`: they are there before its own constructor runs. */
export function construct<T>(type: new () => T, context: ScriptContext): T {
  pending = context;
  try {
    return new type();
  } finally {
    pending = null;
  }
}
