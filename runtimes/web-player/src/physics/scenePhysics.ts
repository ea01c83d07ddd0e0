/** The physics of one scene: nothing, until a collider or a body asks for it. */

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

  /** Undefined when the world is there. One world a scene, whoever asks first; after a failure the next one tries again. */
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
