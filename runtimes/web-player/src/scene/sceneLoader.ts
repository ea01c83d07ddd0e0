/** Loads scenes: from a name to a scene whose every part is there. */

import type { Downloads } from "../assets/downloads";
import { GameError, SceneError, messageOf } from "../core/errors";
import type { BakedNavigation } from "../core/manifest";
import { SceneNavigation } from "../navigation/sceneNavigation";
import { ScenePhysics } from "../physics/scenePhysics";
import { Environment } from "../render/environment";
import type { Renderer } from "../render/renderer";
import type { ComponentFactory, EntityComponent } from "./entity";
import { readScene, readSceneFile } from "./format/sceneFile";
import type { Level } from "./format/types";
import { addPrefabFiles } from "./prefabFiles";
import { Scene } from "./scene";
import type { Services, SharedServices } from "./services";

/** A scene with its environment, its physics and its path finding, which end with it. */
export class LoadedScene {
  constructor(
    readonly scene: Scene,
    readonly environment: Environment,
    readonly physics: ScenePhysics,
    private readonly navigation: SceneNavigation,
  ) {}

  dispose(): void {
    this.scene.dispose();
    this.environment.dispose();
    this.physics.dispose();
    this.navigation.dispose();
  }
}

export interface SceneLoaderOptions {
  /** Scene files by the names of their scenes. */
  readonly scenes: Readonly<Record<string, string>>;
  /** What the export has baked, by the files of the scenes. */
  readonly navigation: Readonly<Record<string, BakedNavigation>>;
  readonly downloads: Downloads;
  readonly renderer: Renderer;
  readonly services: SharedServices;
  readonly factory: (services: Services) => ComponentFactory;
  /** Settled when the game's scripts are there. */
  readonly scriptsReady: () => Promise<void>;
  /** Resolves when whoever plays wants to go on without what is missing. */
  readonly confirmMissing: (error: GameError) => Promise<void>;
}

const EXTENSIONS = ["", ".json", ".aelv"];

export class SceneLoader {
  constructor(private readonly options: SceneLoaderOptions) {}

  /** The scene's file as it stands, unpacked. */
  async readFile(name: string): Promise<object> {
    return readSceneFile(name, await this.download(name));
  }

  /** Loads a scene; it is not yet attached. What fails to load is asked about, and left out when whoever plays agrees. */
  async load(name: string): Promise<LoadedScene> {
    const { renderer, services, scriptsReady } = this.options;
    const level = await readScene(name, await this.download(name));
    services.library.open(level);
    const loaded = this.construct(level, this.options.navigation[this.pathOf(name)] ?? null);
    try {
      await addPrefabFiles(loaded.scene, services.library);
      loaded.scene.build(level.entities);
      await Promise.all([this.loadParts(loaded), renderer.useEffects(level.settings.postProcessing), scriptsReady()]);
      return loaded;
    } catch (error) {
      loaded.dispose();
      throw error;
    }
  }

  private construct(level: Level, baked: BakedNavigation | null): LoadedScene {
    const { downloads, services, factory } = this.options;
    const physics = new ScenePhysics(level.settings.physics.gravity, downloads, services.problems);
    const navigation = new SceneNavigation(downloads, services.problems, baked);
    const scene = new Scene(level, factory({ ...services, navigation, physics }), services.problems);
    return new LoadedScene(scene, new Environment(level.settings, scene.root), physics, navigation);
  }

  private download(name: string): Promise<ArrayBuffer> {
    return this.options.downloads.document(this.pathOf(name));
  }

  /** The scene's path in the project: by its name, or as a path. */
  private pathOf(name: string): string {
    const { scenes, downloads } = this.options;
    const candidates = [
      scenes[name] ?? "",
      ...EXTENSIONS.flatMap((extension) => [`scenes/${name}${extension}`, `${name}${extension}`]),
    ];
    const path = candidates.find((candidate) => candidate !== "" && downloads.find(candidate) === candidate);
    if (path === undefined) {
      const known = Object.keys(scenes);
      throw new SceneError(
        name,
        `There is no scene “${name}”. ${known.length ? `There are: ${known.join(", ")}.` : "The game has none."}`,
      );
    }
    return path;
  }

  private async loadParts({ scene, environment }: LoadedScene): Promise<void> {
    const { renderer, services, confirmMissing } = this.options;
    const loads = [
      ...scene.components().map((component) => component.load()),
      ...this.prefabLoads(scene),
      environment.load(services.library, renderer.webgl),
    ];
    const failed = (await Promise.allSettled(loads)).filter((result) => result.status === "rejected");
    const messages = [...new Set(failed.map(({ reason }) => messageOf(reason)))];
    if (messages.length === 0) return;
    await confirmMissing(
      new GameError("Part of the game is missing", [`Scene “${scene.name}”:`, ...messages].join("\n")),
    );
    messages.forEach((message) => services.problems.warn(message));
  }

  /** Loads what the scene's prefabs need, so that `spawn` has everything at once. */
  private prefabLoads(scene: Scene): (Promise<unknown> | undefined)[] {
    const unbuilt = new Scene(scene.level, scene.factory, this.options.services.problems);
    const components: EntityComponent[] = [];
    for (const prefab of new Set(scene.prefabs.values())) {
      const made = unbuilt.build(
        prefab.entities.map((entity) => ({ ...entity, id: `${prefab.id}/${entity.id}`, parentId: null })),
      );
      components.push(...made.flatMap((entity) => entity.components));
    }
    return components.map((component) => component.load());
  }
}
