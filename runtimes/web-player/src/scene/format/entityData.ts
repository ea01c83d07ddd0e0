/** Entities as levels and prefabs list them, and the tree that they make. */

import { SceneError, warnOnce } from "../../core/errors";
import type { ComponentData, EntityData } from "./types";
import { asObject } from "./settings";
import { readQuat, readVec3 } from "../../math/vectors";

const ONE = { x: 1, y: 1, z: 1 };

export function readEntity(scene: string, value: unknown): EntityData {
  const { id, name, parentId, transform, components, tags, layer, active } = asObject(value);
  if (typeof id !== "string") throw new SceneError(scene, `An entity has no id (its name is “${String(name)}”).`);
  const { position, rotation, scale } = asObject(transform);
  return {
    id,
    name: typeof name === "string" ? name : id,
    parentId: typeof parentId === "string" ? parentId : null,
    position: readVec3(position),
    rotation: readQuat(rotation),
    scale: readVec3(scale, ONE),
    components: list(components)
      .map(readComponent)
      .filter((component) => component.type !== ""),
    tags: list(tags).filter((tag) => typeof tag === "string"),
    layer: typeof layer === "number" && layer >= 0 && layer < 32 ? Math.floor(layer) : 0,
    active: active !== false,
  };
}

export function readComponent(value: unknown): ComponentData {
  const { type, data } = asObject(value);
  return { type: typeof type === "string" ? type : "", data: asObject(data) };
}

/** Checks that every parent exists, no id stands twice and no entity is its own ancestor. */
export function checkTree(scene: string, entities: EntityData[]): void {
  const byId = new Map<string, EntityData>();
  for (const entity of entities) {
    if (byId.has(entity.id)) throw new SceneError(scene, `Two entities have the id “${entity.id}”.`);
    byId.set(entity.id, entity);
  }
  const done = new Set<string>();
  for (const entity of entities) {
    const path = new Set<string>();
    for (let at: EntityData | undefined = entity; at && !done.has(at.id); at = parentOf(scene, at, byId)) {
      if (path.has(at.id)) {
        throw new SceneError(scene, `The hierarchy is cyclic: “${at.name}” (${at.id}) is its own ancestor.`);
      }
      path.add(at.id);
    }
    path.forEach((id) => done.add(id));
  }
}

function parentOf(scene: string, entity: EntityData, byId: Map<string, EntityData>): EntityData | undefined {
  if (entity.parentId === null) return undefined;
  const parent = byId.get(entity.parentId);
  if (!parent) {
    warnOnce(`${scene}: the parent ${entity.parentId} of “${entity.name}” does not exist; it stands at the root.`);
    entity.parentId = null;
  }
  return parent;
}

export function list(value: unknown): unknown[] & string[] {
  return (Array.isArray(value) ? value : []) as unknown[] & string[];
}
