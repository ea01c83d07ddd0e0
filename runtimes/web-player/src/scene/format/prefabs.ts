/**
 * Prefabs in a level. An *instance* is listed whole, under new ids with a common `prefabInstanceId`: its entities stand as they are.
 * A *reference* is one entity with a `prefabId` alone: the prefab's entities take its place, changed by its
 * own components and its `overrides` (by the id of an entity in the prefab).
 */

import { SceneError } from "../../core/errors";
import { readComponent, readEntity } from "./entityData";
import type { ComponentData, EntityData, PrefabData } from "./types";
import { asObject } from "./settings";
import { readQuat, readVec3 } from "../../math/vectors";

export function expandReferences(scene: string, given: unknown[], prefabs: PrefabData[]): EntityData[] {
  const byId = new Map(prefabs.map((prefab) => [prefab.id, prefab]));
  return given.flatMap((value) => {
    const entity = readEntity(scene, value);
    const { prefabId, prefabInstanceId, overrides } = asObject(value);
    if (typeof prefabId !== "string" || typeof prefabInstanceId === "string") return [entity];
    const prefab = byId.get(prefabId);
    if (!prefab)
      throw new SceneError(scene, `“${entity.name}” refers to the prefab ${prefabId}, which the level does not have.`);
    return expand(entity, asObject(value), prefab, asObject(overrides));
  });
}

/** The prefab's entities under new ids; the root is `entity` with what the prefab adds. */
function expand(
  entity: EntityData,
  given: Record<string, unknown>,
  prefab: PrefabData,
  overrides: Record<string, unknown>,
): EntityData[] {
  return instantiate(prefab, entity.id).map((copy) => {
    const original = prefab.entities[copy.index] as EntityData;
    const changed = override(copy.entity, asObject(overrides[original.id]));
    return original.id === prefab.rootEntityId ? asRoot(changed, entity, given) : changed;
  });
}

/** Copies with ids `<rootId>/<id in the prefab>`; the root has `rootId` itself. */
export function instantiate(prefab: PrefabData, rootId: string): { entity: EntityData; index: number }[] {
  const idOf = (id: string): string => (id === prefab.rootEntityId ? rootId : `${rootId}/${id}`);
  return prefab.entities.map((original, index) => ({
    index,
    entity: {
      ...original,
      id: idOf(original.id),
      parentId: original.id === prefab.rootEntityId ? null : idOf(original.parentId ?? prefab.rootEntityId),
      components: original.components.map(({ type, data }) => ({ type, data: structuredClone(data) })),
      tags: [...original.tags],
    },
  }));
}

function asRoot(copy: EntityData, reference: EntityData, given: Record<string, unknown>): EntityData {
  const transform = asObject(given["transform"]);
  return {
    ...copy,
    name: typeof given["name"] === "string" ? reference.name : copy.name,
    parentId: reference.parentId,
    position: "position" in transform ? reference.position : copy.position,
    rotation: "rotation" in transform ? reference.rotation : copy.rotation,
    scale: "scale" in transform ? reference.scale : copy.scale,
    tags: "tags" in given ? reference.tags : copy.tags,
    layer: "layer" in given ? reference.layer : copy.layer,
    active: "active" in given ? reference.active : copy.active,
    components: merge(copy.components, reference.components),
  };
}

function override(entity: EntityData, changes: Record<string, unknown>): EntityData {
  const transform = asObject(changes["transform"]);
  const components = Array.isArray(changes["components"])
    ? changes["components"].map(readComponent)
    : Object.entries(asObject(changes["components"])).map(([type, data]) => ({ type, data: asObject(data) }));
  return {
    ...entity,
    name: typeof changes["name"] === "string" ? changes["name"] : entity.name,
    active: typeof changes["active"] === "boolean" ? changes["active"] : entity.active,
    position: "position" in transform ? readVec3(transform["position"]) : entity.position,
    rotation: "rotation" in transform ? readQuat(transform["rotation"]) : entity.rotation,
    scale: "scale" in transform ? readVec3(transform["scale"], entity.scale) : entity.scale,
    components: merge(entity.components, components),
  };
}

/** Fields of the same component are replaced one by one; a component that is new is added. */
function merge(base: ComponentData[], changes: ComponentData[]): ComponentData[] {
  const merged = base.map((component) => ({ ...component }));
  for (const { type, data } of changes) {
    const same = merged.find((component) => component.type === type && sameScript(component.data, data));
    if (same) same.data = { ...same.data, ...data };
    else merged.push({ type, data });
  }
  return merged;
}

/** An entity may carry several scripts: only the one that is named changes. */
function sameScript(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const named = b["scriptId"] ?? b["scriptPath"];
  return named === undefined || named === (a["scriptId"] ?? a["scriptPath"]);
}
