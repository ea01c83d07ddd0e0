/** The physics of one scene: loaded when the first collider or body asks for it. */

import type { Downloads } from "../assets/downloads";
import type { Problems } from "../core/problems";
import type { Vec3 } from "../math/vectors";
import type { PhysicsWorld } from "./types";

export class ScenePhysics {
  /** Null until it has been loaded. */
  world: PhysicsWorld | null = null;
  private loading: Promise<void> | null = null;
  private disposed = false;

  constructor(
    private readonly gravity: Vec3,
    private readonly downloads: Downloads,
    private readonly problems: Problems,
  ) {}

  /** Loads the scene's one world. Returns undefined when it is there; after a failure the next call tries again. */
  load(): Promise<unknown> | undefined {
    if (this.world) return undefined;
    this.loading ??= this.create().finally(() => (this.loading = null));
    return this.loading;
  }

  private async create(): Promise<void> {
    const { createWorld } = await import("./world");
    const world = await createWorld(this.gravity, this.downloads, this.problems);
    if (this.disposed) world.dispose();
    else this.world = world;
  }

  dispose(): void {
    this.disposed = true;
    this.world?.dispose();
    this.world = null;
  }
}
