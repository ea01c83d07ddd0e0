/** Navigation meshes, baked by Recast and searched by Detour: a chunk of its own, for scenes with agents. */

import { NavMeshQuery, init } from "@recast-navigation/core";
import { generateSoloNavMesh } from "@recast-navigation/generators";
import Recast from "@recast-navigation/wasm/wasm";
import wasmFile from "@recast-navigation/wasm/binary?url";
import type { Downloads } from "../assets/downloads";
import type { Vec3 } from "../math/vectors";
import type { AgentSize, PathFinder, Triangles } from "./types";

/** Voxels along the longer side of the ground, at most: a large one is cut into larger voxels. */
const MOST_VOXELS = 1024;
const VOXEL_HEIGHT_M = 0.1;
/** What an agent steps up, and what it walks up. */
const STEP_M = 0.4;
const SLOPE_DEGREES = 45;

let ready: Promise<void> | undefined;

export function initRecast(downloads: Downloads): Promise<void> {
  ready ??= (async () => {
    const wasmBinary = await downloads.fetch(new URL(wasmFile, import.meta.url).href, "path finding");
    const instantiate = Recast as unknown as (options: object) => Promise<typeof Recast>;
    await init((() => instantiate({ wasmBinary })) as unknown as typeof Recast);
  })();
  ready.catch(() => (ready = undefined));
  return ready;
}

/** Null where there is no ground that an agent of this size can walk on. */
export function bakePathFinder({ positions, indices }: Triangles, { radius, height }: AgentSize): PathFinder | null {
  const cs = Math.max(radius / 2, 0.05, extentOf(positions) / MOST_VOXELS);
  const made = generateSoloNavMesh(positions, indices, {
    ...{ cs, ch: VOXEL_HEIGHT_M, walkableSlopeAngle: SLOPE_DEGREES },
    walkableRadius: Math.ceil(radius / cs),
    walkableHeight: Math.ceil(height / VOXEL_HEIGHT_M),
    walkableClimb: Math.floor(STEP_M / VOXEL_HEIGHT_M),
  });
  if (!made.success) return null;
  const query = new NavMeshQuery(made.navMesh);
  const halfExtents = { x: radius * 2, y: Math.max(height, 1), z: radius * 2 };
  return {
    path(from: Vec3, to: Vec3): Vec3[] | null {
      const { success, path } = query.computePath(from, to, { halfExtents });
      return success && path.length > 0 ? path.map(({ x, y, z }) => ({ x, y, z })) : null;
    },
    heightAt(place: Vec3): number | null {
      const { success, point } = query.findClosestPoint(place, { halfExtents });
      return success ? point.y : null;
    },
    dispose(): void {
      query.destroy();
      made.navMesh.destroy();
    },
  };
}

function extentOf(positions: number[]): number {
  const [low, high] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ] as [number[], number[]];
  for (let at = 0; at < positions.length; at += 3) {
    for (const [side, value] of [positions[at], positions[at + 2]].entries()) {
      low[side] = Math.min(low[side] as number, value as number);
      high[side] = Math.max(high[side] as number, value as number);
    }
  }
  return Math.max((high[0] as number) - (low[0] as number), (high[1] as number) - (low[1] as number), 0);
}
