/** A scene, built as the player builds it, but of those components alone that are ground, or need to know it. */

import { componentFactory } from "../src/components";
import { Collider } from "../src/components/Collider";
import { MeshRenderer } from "../src/components/MeshRenderer";
import { NavMeshAgent } from "../src/components/NavMeshAgent";
import { RigidBody } from "../src/components/RigidBody";
import { fixedColliders, followsMesh } from "../src/components/steering/ground";
import { Events } from "../src/core/events";
import { Problems } from "../src/core/problems";
import type { AgentSize } from "../src/navigation/types";
import { readScene } from "../src/scene/format/sceneFile";
import { addPrefabFiles } from "../src/scene/prefabFiles";
import { Scene } from "../src/scene/scene";
import type { ComponentFactory } from "../src/scene/entity";
import type { Services } from "../src/scene/services";
import type { DiskFiles } from "./diskFiles";
import type { Job } from "./job";
import { Shapes } from "./shapes";

const KINDS: string[] = [Collider, MeshRenderer, NavMeshAgent, RigidBody].map(({ type }) => type);

export async function buildScene({ name, file }: Job["scene"], files: DiskFiles): Promise<Scene> {
  const level = await readScene(name, await files.document(file));
  const library = new Shapes(files);
  library.open(level);
  const problems = new Problems(new Events(), null, () => []);
  const scene = new Scene(level, factory({ library, physics: { world: null }, problems }), problems);
  await addPrefabFiles(scene, library);
  scene.build(level.entities);
  await attachGround(scene);
  return scene;
}

function factory(services: object): ComponentFactory {
  const all = componentFactory(services as Services);
  return { ...all, make: (entity, type, data) => (KINDS.includes(type) ? all.make(entity, type, data) : null) };
}

/** Colliders first: which of them are ground says whose meshes are needed. */
async function attachGround(scene: Scene): Promise<void> {
  scene.attach(scene.components().filter((component) => component instanceof Collider));
  const shown = [...fixedColliders(scene)].filter(followsMesh).flatMap(({ entity }) => {
    const renderer = entity.component(MeshRenderer);
    return renderer ? [renderer] : [];
  });
  for (const renderer of new Set(shown)) await renderer.load();
  scene.attach([...new Set(shown)]);
}

/** The sizes of all agents that are there, or that a prefab may bring. */
export function agentSizes(scene: Scene): AgentSize[] {
  const given = [...prefabComponents(scene)].filter(({ type }) => type === NavMeshAgent.type);
  const all = [...[...scene.all(NavMeshAgent)].map(({ data }) => data), ...given.map(({ data }) => data)];
  const sizes = all.map(({ radius, height }) => ({
    radius: Number(radius ?? NavMeshAgent.defaults.radius),
    height: Number(height ?? NavMeshAgent.defaults.height),
  }));
  const distinct = new Map(sizes.filter(isSize).map((size) => [`${size.radius} ${size.height}`, size]));
  return [...distinct.values()].sort((a, b) => a.radius - b.radius || a.height - b.height);
}

function isSize({ radius, height }: AgentSize): boolean {
  return [radius, height].every((side) => Number.isFinite(side) && side > 0);
}

export function prefabsHaveGround(scene: Scene): boolean {
  return [...prefabComponents(scene)].some(({ type }) => type === Collider.type);
}

function* prefabComponents(scene: Scene): Generator<{ type: string; data: Record<string, unknown> }> {
  for (const prefab of new Set(scene.prefabs.values())) for (const entity of prefab.entities) yield* entity.components;
}
