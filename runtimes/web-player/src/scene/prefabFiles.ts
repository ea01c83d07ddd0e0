/** Prefabs in files of their own, which a level lists among its assets. */

import type { Library } from "../assets/library";
import { readPrefab } from "./format/level";
import type { Scene } from "./scene";

export async function addPrefabFiles(scene: Scene, library: Library): Promise<void> {
  const listed = scene.level.assets.filter(({ type }) => type === "prefab");
  const requester = `the scene “${scene.name}”`;
  const documents = await Promise.all(listed.map(({ id }) => library.json(id, requester)));
  listed.forEach(({ id, path }, index) => {
    const prefab = readPrefab(scene.name, { id, ...(documents[index] as object) });
    for (const key of [id, path || id, prefab.id, prefab.name]) scene.prefabs.set(key, prefab);
  });
}
