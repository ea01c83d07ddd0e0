/** The nodes of a model: found by the names that its file gives them, and copied with what they need. */

import { Group, Mesh, Object3D, type SkinnedMesh } from "three";
import type { GLTFLoaderPlugin, GLTFParser } from "three/addons/loaders/GLTFLoader.js";
import { clone } from "three/addons/utils/SkeletonUtils.js";

interface NodesJson {
  scene?: number;
  nodes?: { name?: string; mesh?: number; children?: number[] }[];
  meshes?: { name?: string }[];
}

/** Where an object keeps the name that its file gives it; the loader cleans names and numbers equal ones. */
const OWN_NAME = "gltfName";

/**
 * Keeps the names of the file, and lets every clip reach its own target. Tracks go by name, and the loader gives parts
 * of meshes names that nodes may have, too: what is shown gets a name of its own before the first clip is read.
 */
export class NodeNames implements GLTFLoaderPlugin {
  readonly name = "AETHEL_node_names";
  private shown: Promise<Object3D> | undefined;
  private named: Promise<void> | undefined;

  constructor(private readonly parser: GLTFParser) {}

  async loadNode(index: number): Promise<Object3D> {
    const node = await this.parser.loadNode(index);
    node.userData[OWN_NAME] = ownName(this.parser.json as NodesJson, index);
    return node;
  }

  async loadAnimation(index: number): ReturnType<GLTFParser["loadAnimation"]> {
    await (this.named ??= this.scene().then(nameApart));
    return this.parser.loadAnimation(index);
  }

  /** The scene that the file shows; all of its nodes where it has no scene. */
  scene(): Promise<Object3D> {
    return (this.shown ??= this.findScene());
  }

  private async findScene(): Promise<Object3D> {
    const { scene = 0, nodes = [] } = this.parser.json as NodesJson;
    const scenes = (await this.parser.getDependencies("scene")) as Object3D[];
    if (scenes[scene]) return scenes[scene];
    const inner = new Set(nodes.flatMap(({ children = [] }) => children));
    const all = (await this.parser.getDependencies("node")) as Object3D[];
    const group = new Group();
    all.filter((_, index) => !inner.has(index)).forEach((node) => group.add(node));
    return group;
  }
}

/** A node without a name is known by that of its mesh. */
function ownName({ nodes, meshes }: NodesJson, index: number): string {
  const { name, mesh } = nodes?.[index] ?? {};
  return name || (mesh === undefined ? undefined : meshes?.[mesh]?.name) || "";
}

/** Nodes keep their names before parts of meshes do; what has none, or that of another one, gets a new one. */
function nameApart(scene: Object3D): void {
  const [nodes, others] = [true, false].map((isNode) =>
    objectsIn(scene).filter(({ userData }) => OWN_NAME in userData === isNode),
  ) as [Object3D[], Object3D[]];
  const taken = new Set<string>();
  let count = 0;
  for (const object of [...nodes, ...others]) {
    const name = object.name || "node";
    if (object.name === "" || taken.has(name)) {
      do object.name = `${name}-${count++}`;
      while (taken.has(object.name));
    }
    taken.add(object.name);
  }
}

/** The node of that name: as the file spells it, else as the loader does. */
function findNode(scene: Object3D, name: string): Object3D | undefined {
  return objectsIn(scene).find(({ userData }) => userData[OWN_NAME] === name) ?? scene.getObjectByName(name);
}

/** A copy of the whole, or of one node; undefined when there is no such node. */
export function copyOf(scene: Object3D, name: string | undefined): Object3D | undefined {
  const node = name === undefined ? scene : findNode(scene, name);
  if (!node) return undefined;
  const inside = new Set(objectsIn(node));
  const bones = [...inside].flatMap((object) => (object as Partial<SkinnedMesh>).skeleton?.bones ?? []);
  return bones.every((bone) => inside.has(bone)) ? clone(node) : copyWithBones(scene, inside, [node, ...bones]);
}

/** A copy of nodes whose bones lie beside them: these come along, where they are in the model, and nothing else. */
function copyWithBones(scene: Object3D, inside: Set<Object3D>, needed: Object3D[]): Object3D {
  const way = new Set<Object3D>();
  for (let object of needed)
    for (; object.parent && object !== scene && !way.has(object); object = object.parent) way.add(object);
  const copy = clone(scene);
  const copies = objectsIn(copy);
  objectsIn(scene).forEach((object, index) => {
    const copied = copies[index] as Object3D;
    if (object === scene || inside.has(object)) return;
    if (!way.has(object)) copied.removeFromParent();
    else if (object instanceof Mesh) replaceByBare(copied);
  });
  return copy;
}

/** What lies on the way moves what is below it, and is not seen itself. */
function replaceByBare(object: Object3D): void {
  const bare = new Object3D().copy(object, false);
  object.parent?.add(bare);
  bare.add(...object.children);
  object.removeFromParent();
}

function objectsIn(root: Object3D): Object3D[] {
  const found: Object3D[] = [];
  root.traverse((object) => found.push(object));
  return found;
}
