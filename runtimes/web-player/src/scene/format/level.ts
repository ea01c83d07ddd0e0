/** Levels: the editor's own scene format. */

import { SceneError } from "../../core/errors";
import { checkTree, list, readEntity } from "./entityData";
import type { AssetEntry, EntityData, Level, PrefabData } from "./types";
import { expandReferences } from "./prefabs";
import { asObject, readSettings } from "./settings";

export function readLevel(name: string, json: object): Level {
  const { assets, entities, prefabs, settings } = json as Record<string, unknown>;
  const prefabList = list(prefabs).map((prefab) => readPrefab(name, prefab));
  const level: Level = {
    name,
    assets: list(assets).map(readAsset),
    entities: expandReferences(name, list(entities), prefabList),
    prefabs: prefabList,
    settings: readSettings(settings),
  };
  checkTree(name, level.entities);
  return level;
}

export function readPrefab(scene: string, value: unknown): PrefabData {
  const { id, name, entities, rootEntityId } = asObject(value);
  const read = list(entities).map((entity) => readEntity(scene, entity));
  if (typeof id !== "string" || read.length === 0) {
    throw new SceneError(scene, `The prefab “${String(name ?? id)}” needs an id and at least one entity.`);
  }
  checkTree(scene, read);
  const root =
    read.find((entity) => entity.id === rootEntityId) ??
    (read.find((entity) => entity.parentId === null) as EntityData);
  return { id, name: typeof name === "string" ? name : id, entities: read, rootEntityId: root.id };
}

function readAsset(value: unknown): AssetEntry {
  const { id, type, path, data } = asObject(value);
  const entry = { id: String(id), type: type as AssetEntry["type"], path: String(path ?? "") };
  return data === null || data === undefined ? entry : { ...entry, data: asObject(data) };
}
