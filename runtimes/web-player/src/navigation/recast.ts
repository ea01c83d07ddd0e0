/** Bakes navigation meshes with Recast. The export does it; so does the player, in a chunk of its own, for ground that scripts have changed. */

import { init } from "@recast-navigation/core";
import { generateSoloNavMeshData } from "@recast-navigation/generators";
import Recast from "@recast-navigation/wasm/wasm";
import wasmFile from "@recast-navigation/wasm/binary?url";
import type { Downloads } from "../assets/downloads";
import { readDetourTile } from "./detourTile";
import type { AgentSize, NavMesh, Triangles } from "./types";

/** Voxels along the longer side of the ground, at most: a large one is cut into larger voxels. */
const MOST_VOXELS = 1024;
const VOXEL_HEIGHT_M = 0.1;
/** What an agent steps up, and what it walks up. */
const STEP_M = 0.4;
const SLOPE_DEGREES = 45;
/** Detour marks what leads out of a mesh by the highest bit of a polygon's number. */
const MOST_POLYGONS = 0x7fff;

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

/** The side of a voxel, metres: half the agent's radius, but where the ground is large. */
export function cellSizeOf({ positions }: Triangles, { radius }: AgentSize): number {
  return Math.max(wantedCellSize(radius), extentOf(positions) / MOST_VOXELS);
}

export function wantedCellSize(radius: number): number {
  return Math.max(radius / 2, 0.05);
}

/** Null where there is no ground that an agent of this size can walk on. Throws where Recast cannot do it. */
export function bakeNavMesh(ground: Triangles, agent: AgentSize): NavMesh | null {
  if (ground.indices.length === 0) return null;
  const { radius, height } = agent;
  const cellSize = cellSizeOf(ground, agent);
  if (!Number.isFinite(cellSize)) throw new Error("the ground has no end");
  const made = generateSoloNavMeshData(ground.positions, ground.indices, {
    ...{ cs: cellSize, ch: VOXEL_HEIGHT_M, walkableSlopeAngle: SLOPE_DEGREES },
    walkableRadius: Math.ceil(radius / cellSize),
    walkableHeight: Math.ceil(height / VOXEL_HEIGHT_M),
    walkableClimb: Math.floor(STEP_M / VOXEL_HEIGHT_M),
    buildBvTree: false,
  });
  if (!made.success) return null;
  const mesh = readDetourTile(made.navMeshData.toTypedArray() as Uint8Array, {
    ...{ agent: { radius, height }, climb: STEP_M, cellSize, cellHeight: VOXEL_HEIGHT_M },
  });
  made.navMeshData.destroy();
  if (mesh.polygons.length > MOST_POLYGONS) throw new Error(`it has more than ${MOST_POLYGONS} polygons`);
  return mesh;
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
