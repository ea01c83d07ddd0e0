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
    if (!pending)
      throw new Error(
        'Scripts are made by the player: put them on an entity in the scene, or use addComponent("Script", …).',
      );
    this.entity = pending.entity;
    this.properties = pending.properties;
  }
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
