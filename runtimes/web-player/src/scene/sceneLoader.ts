/** From a scene's name to a scene whose every part is loaded. */

import { PerspectiveCamera } from "three";
import type { Component } from "../components/component";
import { readPrefab } from "./format/level";
import { readScene } from "./format/sceneFile";
import { Scene } from "./scene";
import type { PhysicsWorld } from "../physics/types";
import { Surroundings } from "../render/environment";
import { GameError, SceneError, messageOf } from "../core/errors";
import type { Game } from "../game/game";

export interface OpenScene {
  scene: Scene;
  surroundings: Surroundings;
  physics: PhysicsWorld | null;
}

const EXTENSIONS = ["", ".json", ".aelv"];

export class SceneOpener {
  opening: OpenScene | null = null;
  private world: Promise<unknown> | null = null;

  constructor(private readonly game: Game) {}

  /** The scene's path in the project: by its name, or as a path. */
  pathOf(name: string): string {
    const { manifest, downloads } = this.game;
    const candidates = [
      manifest.scenes[name] ?? "",
      ...EXTENSIONS.flatMap((extension) => [`scenes/${name}${extension}`, `${name}${extension}`]),
    ];
    const path = candidates.find((candidate) => candidate !== "" && downloads.find(candidate) === candidate);
    if (path === undefined) {
      const known = Object.keys(manifest.scenes);
      throw new SceneError(
        name,
        `There is no scene “${name}”. ${known.length ? `There are: ${known.join(", ")}.` : "The game has none."}`,
      );
    }
    return path;
  }

  bytesOf(name: string): Promise<ArrayBuffer> {
    return this.game.downloads.document(this.pathOf(name));
  }

  /** Loaded, not yet attached. What fails to load is asked about; with the game's player's consent it is left out. */
  async open(name: string): Promise<OpenScene> {
    const { game } = this;
    const level = await readScene(name, await this.bytesOf(name));
    game.library.open(level.assets);
    const scene = new Scene(game, level);
    await this.addPrefabAssets(scene);
    const opened: OpenScene = { scene, surroundings: new Surroundings(level.settings, scene.root), physics: null };
    this.opening = opened;
    try {
      scene.build(level.entities);
      await Promise.all([this.load(opened), game.stage.useEffects(level.settings.postProcessing), game.bundle.ready]);
      return opened;
    } finally {
      this.opening = null;
      this.world = null;
    }
  }

  private async load(opened: OpenScene): Promise<void> {
    const { scene, surroundings } = opened;
    const { game } = this;
    const loads = [
      ...scene.components().map((component) => component.load()),
      ...this.prefabLoads(scene),
      surroundings.load(game.library, game.stage.renderer),
    ];
    const failed = (await Promise.allSettled(loads)).filter((result) => result.status === "rejected");
    const messages = [...new Set(failed.map(({ reason }) => messageOf(reason)))];
    if (messages.length === 0) return;
    await game.consent(
      new GameError("Part of the game is missing", [`Scene “${scene.name}”:`, ...messages].join("\n")),
    );
    messages.forEach((message) => game.problems.warn(message));
  }

  /** So that `spawn` has everything at once: what a level's prefabs need is loaded with it. */
  private prefabLoads(scene: Scene): (Promise<unknown> | undefined)[] {
    const unbuilt = new Scene(this.game, scene.level);
    const components: Component[] = [];
    for (const prefab of new Set(scene.prefabs.values())) {
      const made = unbuilt.build(
        prefab.entities.map((entity) => ({ ...entity, id: `${prefab.id}/${entity.id}`, parentId: null })),
      );
      components.push(...made.flatMap((entity) => entity.components));
    }
    return components.map((component) => component.load());
  }

  private async addPrefabAssets(scene: Scene): Promise<void> {
    const listed = scene.level.assets.filter(({ type }) => type === "prefab");
    const asker = `the scene “${scene.name}”`;
    const documents = await Promise.all(listed.map(({ id }) => this.game.library.json(id, asker)));
    listed.forEach(({ id, path }, index) => {
      const prefab = readPrefab(scene.name, { id, ...(documents[index] as object) });
      for (const key of [id, path, prefab.id, prefab.name]) scene.prefabs.set(key, prefab);
    });
  }

  attach({ scene }: OpenScene): void {
    scene.attach(scene.components());
  }

  /** One world a scene, whoever asks first. */
  loadPhysics(opened: OpenScene | null): Promise<unknown> {
    if (!opened) return Promise.resolve();
    if (opened.physics) return Promise.resolve();
    this.world ??= import("../physics/world").then(async ({ createWorld }) => {
      opened.physics = await createWorld(opened.scene.level.settings.physics.gravity, this.game.downloads);
      this.world = null;
    });
    return this.world;
  }

  /** The loading screen stands before what may take a while. */
  async during(work: () => Promise<void>): Promise<void> {
    const { screen, pauses, downloads } = this.game;
    pauses.add("loading");
    downloads.restartProgress();
    screen.loading.show();
    try {
      await work();
    } catch (error) {
      this.game.problems.report(error);
      pauses.add("error");
      screen.showError(error, [{ label: "Reload", run: () => location.reload() }]);
      throw error;
    } finally {
      screen.loading.hide();
      pauses.remove("loading");
    }
  }

  private readonly fallback = new PerspectiveCamera(75, 1, 0.1, 1000);

  /** For a scene without a camera: the engine's own view. */
  defaultEye(aspect: number): PerspectiveCamera {
    this.fallback.position.set(0, 5, 10);
    this.fallback.aspect = aspect;
    this.fallback.updateProjectionMatrix();
    this.fallback.updateMatrixWorld();
    return this.fallback;
  }
}
