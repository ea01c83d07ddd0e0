/** The path finding of one scene: loaded when the first agent asks for it, baked when one sets out. */

import type { Downloads } from "../assets/downloads";
import type { AgentSize, PathFinder, Triangles } from "./types";

export class SceneNavigation {
  private chunk: typeof import("./recast") | null = null;
  private loading: Promise<void> | null = null;
  /** By the size of the agents; null where they have no ground. */
  private readonly finders = new Map<string, PathFinder | null>();

  constructor(private readonly downloads: Downloads) {}

  /** Returns undefined when it is there; after a failure the next call tries again. */
  load(): Promise<unknown> | undefined {
    if (this.chunk) return undefined;
    this.loading ??= this.fetch().finally(() => (this.loading = null));
    return this.loading;
  }

  private async fetch(): Promise<void> {
    const chunk = await import("./recast");
    await chunk.initRecast(this.downloads);
    this.chunk = chunk;
  }

  /** Null where there is no ground. `ground` is asked once for each size of agents. */
  finder(agent: AgentSize, ground: () => Triangles): PathFinder | null {
    if (!this.chunk) return null;
    const key = `${agent.radius} ${agent.height}`;
    if (!this.finders.has(key)) this.finders.set(key, this.bake(agent, ground()));
    return this.finders.get(key) ?? null;
  }

  private bake(agent: AgentSize, ground: Triangles): PathFinder | null {
    return ground.indices.length > 0 ? (this.chunk?.bakePathFinder(ground, agent) ?? null) : null;
  }

  dispose(): void {
    this.finders.forEach((finder) => finder?.dispose());
    this.finders.clear();
  }
}
