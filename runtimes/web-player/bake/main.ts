/**
 * Bakes the navigation meshes of one scene while its game is exported: `node main.mjs JOB RESULT`, both of them files.
 *
 * It is built of the player's own sources, so that what agents walk on is found in one way only.
 */

import { readFile, writeFile } from "node:fs/promises";
import { groundOf } from "../src/components/steering/ground";
import { messageOf } from "../src/core/errors";
import { writeNavMesh } from "../src/navigation/navMeshFile";
import { bakeNavMesh, cellSizeOf, initRecast, wantedCellSize } from "../src/navigation/recast";
import type { AgentSize, Triangles } from "../src/navigation/types";
import { addBrowserParts } from "./browserParts";
import { DiskFiles } from "./diskFiles";
import { agentSizes, buildScene, prefabsHaveGround } from "./groundScene";
import type { Baked, Failure, Job, Result } from "./job";

async function run({ scene: about, files: paths, mostTriangles, mostSizes }: Job): Promise<Result> {
  const files = new DiskFiles(paths);
  const scene = await buildScene(about, files);
  const sizes = agentSizes(scene);
  const ground = groundOf(scene);
  const triangles = ground.triangles(mostTriangles);
  await initRecast(files);
  return {
    ground: ground.fingerprint(),
    triangles: triangles.indices.length / 3,
    meshes: sizes.slice(0, mostSizes).map((size) => bake(triangles, size)),
    leftOut: Math.max(sizes.length - mostSizes, 0),
    prefabsHaveGround: prefabsHaveGround(scene),
  };
}

function bake(ground: Triangles, agent: AgentSize): Baked {
  const mesh = bakeNavMesh(ground, agent);
  return {
    ...agent,
    mesh: mesh && Buffer.from(writeNavMesh(mesh)).toString("base64"),
    polygons: mesh?.polygons.length ?? 0,
    cellSize: cellSizeOf(ground, agent),
    wantedCellSize: wantedCellSize(agent.radius),
  };
}

addBrowserParts();
const [job, result] = process.argv.slice(2) as [string, string];
const answer: Result | Failure = await run(JSON.parse(await readFile(job, "utf8")) as Job).catch((error: unknown) => ({
  error: messageOf(error),
}));
await writeFile(result, JSON.stringify(answer));
process.exit(); // the threads of decoders go on for as long as they are let
