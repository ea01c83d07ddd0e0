/** What `import … from "@/lib/game-engine-core"` (or `"@/lib/game-engine"`) gives: the API of the engine's own game loop. */

import type { Vec3 } from "../../math/vectors";
import type { Entity } from "../../scene/entity";
import { addDialect, type Hooks } from "../../scripts/dialects";
import { pendingContext, type ScriptContext } from "../../scripts/script";
import { addComponent, componentOf, transformOf, type TransformView } from "./views";
import { followFrame, getWorld, type World } from "./world";

export { World, getWorld } from "./world";

/** Where two colliders touch; the impulse in newton seconds. */
export interface CollisionContact {
  point: Vec3;
  normal: Vec3;
  impulse: number;
}

export abstract class GameScript {
  protected readonly entity: Entity = pendingContext().entity;
  protected readonly world: World = getWorld();
  protected readonly transform: TransformView = transformOf(this.entity);

  awake(): unknown {
    return undefined;
  }
  start(): unknown {
    return undefined;
  }
  update(_dt: number): unknown {
    return undefined;
  }
  fixedUpdate(_dt: number): unknown {
    return undefined;
  }
  lateUpdate(_dt: number): unknown {
    return undefined;
  }
  onDestroy(): unknown {
    return undefined;
  }
  onCollisionEnter(_other: Entity, _contact: CollisionContact): void {}
  onCollisionStay(_other: Entity, _contact: CollisionContact): void {}
  onCollisionExit(_other: Entity): void {}
  onTriggerEnter(_other: Entity): void {}
  onTriggerStay(_other: Entity): void {}
  onTriggerExit(_other: Entity): void {}

  protected getComponent(type: string): object | undefined {
    return componentOf(this.entity, type);
  }

  protected addComponent(component: { type: string }): object | undefined {
    return addComponent(this.entity, component);
  }

  protected findEntity(name: string): Entity | undefined {
    return this.world.findEntity(name);
  }

  protected findEntitiesWithTag(tag: string): Entity[] {
    return this.world.findEntitiesWithTag(tag);
  }

  protected instantiate(prefab: string, position?: Vec3): Entity {
    return this.world.instantiate(prefab, position);
  }

  protected destroy(entity: Entity = this.entity, delay = 0): void {
    this.world.destroy(entity, delay);
  }
}

addDialect({ base: GameScript, hooksOf });

function hooksOf(script: GameScript, { properties }: ScriptContext): Hooks {
  Object.assign(script, properties);
  const touching = new Map<Entity, CollisionContact>();
  const inside = new Set<Entity>();
  script.awake();
  return {
    start: () => script.start(),
    update: (dt: number) => {
      followFrame();
      return script.update(dt);
    },
    fixedUpdate: (dt: number) => {
      touching.forEach((contact, other) => script.onCollisionStay(other, contact));
      inside.forEach((other) => script.onTriggerStay(other));
      return script.fixedUpdate(dt);
    },
    lateUpdate: (dt: number) => script.lateUpdate(dt),
    destroyed: () => script.onDestroy(),
    onCollision: (other: Entity, contact: CollisionContact) => {
      touching.set(other, contact);
      script.onCollisionEnter(other, contact);
    },
    onCollisionEnd: (other: Entity) => {
      touching.delete(other);
      script.onCollisionExit(other);
    },
    onTrigger: (other: Entity) => {
      inside.add(other);
      script.onTriggerEnter(other);
    },
    onTriggerEnd: (other: Entity) => {
      inside.delete(other);
      script.onTriggerExit(other);
    },
  };
}
