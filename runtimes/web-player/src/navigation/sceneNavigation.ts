/** The path finding of one scene: over the meshes that the export has baked or, where the ground is another one, over what is baked here. */

import type { Downloads } from "../assets/downloads";
import { messageOf } from "../core/errors";
import type { BakedNavigation } from "../core/manifest";
import type { Problems } from "../core/problems";
import type { AgentSize, Ground, NavMesh, PathFinder } from "./types";

type Finding = typeof import("./finder");
type Baking = Pick<typeof import("./recast"), "bakeNavMesh">;

/** In place of what could not be loaded. */
const NO_BAKING: Baking = { bakeNavMesh: () => null };

export class SceneNavigation {
  private finding: Finding | null = null;
  private loading: Promise<void> | null = null;
  private baking: Baking | null = null;
  private bakingLater: Promise<void> | null = null;
  /** What the export has baked, by the size of the agents; null where it has found no ground. */
  private readonly baked = new Map<string, NavMesh | null>();
  /** Undefined until the ground has been looked at. */
  private isGroundBaked: boolean | undefined;
  /** By the size of the agents; null where they have no ground. */
  private readonly finders = new Map<string, PathFinder | null>();

  constructor(
    private readonly downloads: Downloads,
    private readonly problems: Problems,
    /** Null: nothing has been baked for this scene. */
    private readonly given: BakedNavigation | null,
  ) {}

  /** Returns undefined when it is there; after a failure the next call tries again. */
  load(): Promise<unknown> | undefined {
    if (this.finding) return undefined;
    this.loading ??= this.fetch().finally(() => (this.loading = null));
    return this.loading;
  }

  private async fetch(): Promise<void> {
    const finding = await import("./finder");
    const { changes, meshes } = this.given ?? { changes: true, meshes: [] };
    await Promise.all([changes && this.loadBaking(), ...meshes.map((mesh) => this.fetchMesh(finding, mesh))]);
    this.finding = finding;
  }

  private async fetchMesh(finding: Finding, { file, ...agent }: BakedNavigation["meshes"][number]): Promise<void> {
    if (file === null) return void this.baked.set(keyOf(agent), null);
    const bytes = await this.downloads.bytes(file);
    try {
      this.baked.set(keyOf(agent), finding.readNavMesh(bytes));
    } catch (error) {
      this.problems.warn(
        `The navigation mesh “${file}” cannot be used: ${messageOf(error)}. It is baked anew; export the game again.`,
      );
      await this.loadBaking();
    }
  }

  private async loadBaking(): Promise<void> {
    const chunk = await import("./recast");
    await chunk.initRecast(this.downloads);
    this.baking = chunk;
  }

  /** Null where there is no ground; undefined as long as nobody knows, as what bakes the mesh is still on its way. */
  finder(agent: AgentSize, ground: Ground): PathFinder | null | undefined {
    if (!this.finding) return null;
    const key = keyOf(agent);
    const known = this.finders.get(key);
    if (known !== undefined) return known;
    const mesh = this.meshFor(agent, ground);
    if (mesh === undefined) return undefined;
    const finder = mesh && this.finding.makePathFinder(mesh);
    this.finders.set(key, finder);
    return finder;
  }

  private meshFor(agent: AgentSize, ground: Ground): NavMesh | null | undefined {
    this.isGroundBaked ??= this.compare(ground);
    const baked = this.isGroundBaked ? this.baked.get(keyOf(agent)) : undefined;
    if (baked !== undefined) return baked;
    if (this.baking) return this.bake(this.baking, agent, ground);
    this.bakingLater ??= this.loadBaking().catch((error: unknown) => {
      this.problems.report(error);
      this.baking = NO_BAKING;
    });
    return undefined;
  }

  private compare(ground: Ground): boolean {
    if (this.given === null) return false;
    const same = this.given.ground === ground.fingerprint();
    if (!same)
      console.info("The ground is not as the scene describes it: its navigation mesh is baked here, not at export.");
    return same;
  }

  private bake(baking: Baking, agent: AgentSize, ground: Ground): NavMesh | null {
    try {
      return baking.bakeNavMesh(ground.triangles(), agent);
    } catch (error) {
      this.problems.warn(`No navigation mesh can be baked: ${messageOf(error)}. Agents steer straight to their goals.`);
      return null;
    }
  }

  dispose(): void {
    this.finders.clear();
    this.baked.clear();
  }
}

function keyOf({ radius, height }: AgentSize): string {
  return `${radius} ${height}`;
}
