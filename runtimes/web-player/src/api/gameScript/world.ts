/** `getWorld()`: time, input and entities as a GameScript sees them. */

import { Vector2 } from "three";
import type { Vec3 } from "../../math/vectors";
import type { Entity } from "../../scene/entity";
import { currentGame, currentScene, spawnPrefab } from "../current";
import { addComponent, componentOf } from "./views";

const now = { down: new Set<string>(), up: new Set<string>(), frame: -1 };
const coming = { down: new Set<string>(), up: new Set<string>() };

addEventListener("keydown", ({ code, repeat }) => repeat || coming.down.add(code));
addEventListener("keyup", ({ code }) => coming.up.add(code));

/** Keys that went down or up since the last frame are those of this one. */
export function followFrame(): void {
  const { frame } = currentGame().clock;
  if (frame === now.frame) return;
  Object.assign(now, { frame, down: coming.down, up: coming.up });
  Object.assign(coming, { down: new Set(), up: new Set() });
}

export class World {
  readonly time = {
    get deltaTime(): number {
      return currentGame().clock.dt;
    },
    get elapsedTime(): number {
      return currentGame().clock.now;
    },
    get frameCount(): number {
      return currentGame().clock.frame;
    },
    get timeScale(): number {
      return currentGame().clock.scale;
    },
    set timeScale(scale: number) {
      currentGame().clock.scale = scale;
    },
  };

  /** Keys by their `KeyboardEvent.code`. */
  readonly input = {
    get keys(): ReadonlySet<string> {
      return currentGame().input.keys;
    },
    get keysDown(): ReadonlySet<string> {
      followFrame();
      return now.down;
    },
    get keysUp(): ReadonlySet<string> {
      followFrame();
      return now.up;
    },
    get mousePosition(): Vector2 {
      const { x, y } = currentGame().input.pointer;
      return new Vector2(x, y);
    },
    get mouseDelta(): Vector2 {
      const { dx, dy } = currentGame().input.pointer;
      return new Vector2(dx, dy);
    },
    getAxis(axis: string): number {
      const { keys } = currentGame().input;
      const ends = (positive: string[], negative: string[]): number =>
        Number(positive.some((code) => keys.has(code))) - Number(negative.some((code) => keys.has(code)));
      if (axis === "Horizontal") return ends(["KeyD", "ArrowRight"], ["KeyA", "ArrowLeft"]);
      if (axis === "Vertical") return ends(["KeyW", "ArrowUp"], ["KeyS", "ArrowDown"]);
      return 0;
    },
  };

  createEntity(name = "Entity"): Entity {
    return currentScene().create({ name });
  }

  /** At the end of the frame, or after so many seconds of play. */
  destroy(entity: Entity, delay = 0): void {
    if (delay > 0) currentGame().clock.after(delay, () => entity.destroy());
    else entity.destroy();
  }

  getEntity(id: string): Entity | undefined {
    return currentScene().entity(id) ?? undefined;
  }

  findEntity(name: string): Entity | undefined {
    return currentScene().find(name) ?? undefined;
  }

  findEntitiesWithTag(tag: string): Entity[] {
    return currentScene().findByTag(tag);
  }

  getAllEntities(): Entity[] {
    return currentScene().entities;
  }

  instantiate(prefab: string, position?: Vec3): Entity {
    return spawnPrefab(prefab, position ? { position } : {});
  }

  addComponent(entityId: string, component: { type: string }): object | undefined {
    const entity = this.getEntity(entityId);
    return entity && addComponent(entity, component);
  }

  getComponent(entityId: string, type: string): object | undefined {
    const entity = this.getEntity(entityId);
    return entity && componentOf(entity, type);
  }

  hasComponent(entityId: string, type: string): boolean {
    return this.getComponent(entityId, type) !== undefined;
  }
}

const world = new World();

export function getWorld(): World {
  return world;
}
