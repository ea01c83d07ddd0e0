/** The game and the scene that scripts are in. */

import { GameError } from "../core/errors";
import type { Game } from "../game/game";
import type { Entity } from "../scene/entity";
import type { Scene, SpawnOptions } from "../scene/scene";

let bound: Game | null = null;

/** The player says which game the scripts are in. */
export function bind(game: Game): void {
  bound = game;
}

export function currentGame(): Game {
  if (!bound) throw new GameError("No game", "The scripting API works only inside a running game.");
  return bound;
}

export function currentScene(): Scene {
  const current = currentGame().scene;
  if (!current) throw new GameError("No scene", "No scene is open yet: use the API in start() or later.");
  return current;
}

export function spawnPrefab(name: string, options: SpawnOptions): Entity {
  const scene = currentScene();
  const found = scene.prefabs.get(name);
  if (!found) throw new GameError("No such prefab", `There is no prefab “${name}” in the scene “${scene.name}”.`);
  return scene.spawn(found, options);
}
