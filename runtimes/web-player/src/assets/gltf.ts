/** glTF and GLB models: a chunk of its own. Decoders are fetched only for files that name them. */

import { LoadingManager, Mesh, type AnimationClip, type Material, type Object3D, type WebGLRenderer } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { AssetError, messageOf } from "../core/errors";
import type { Downloads } from "./downloads";
import { copyOf, NodeNames } from "./modelNodes";

interface GltfJson {
  extensionsUsed?: string[];
  buffers?: { uri?: string }[];
  images?: { uri?: string }[];
}

export interface Model {
  readonly clips: AnimationClip[];
  /** A copy of the whole, or of one node; undefined when there is no such node. */
  instance(node?: string): Object3D | undefined;
  dispose(): void;
}

/** Adds to a loader what a model with these extensions needs. */
export type Prepare = (loader: GLTFLoader, extensions: string[], urls: ReadonlyMap<string, string>) => Promise<void>;

export function loadGltf(path: string, downloads: Downloads, renderer: WebGLRenderer): Promise<Model> {
  return loadGltfWith(path, downloads, (loader, extensions, urls) => addDecoders(loader, extensions, renderer, urls));
}

export async function loadGltfWith(path: string, downloads: Downloads, prepare: Prepare): Promise<Model> {
  const bytes = await downloads.bytes(path);
  try {
    const json = readJson(bytes);
    const urls = await fetchParts(path, json, downloads);
    const loader = new GLTFLoader(managerFor(urls));
    const names: NodeNames[] = [];
    loader.register((parser) => (names[0] = new NodeNames(parser)));
    await prepare(loader, json.extensionsUsed ?? [], urls);
    const { animations } = await loader.parseAsync(bytes, "");
    const scene = await (names[0] as NodeNames).scene();
    urls.forEach((url) => URL.revokeObjectURL(url));
    scene.updateMatrixWorld(true);
    return model(scene, animations);
  } catch (cause) {
    if (cause instanceof AssetError) throw cause;
    throw new AssetError(path, `The model “${path}” cannot be read: ${messageOf(cause)}.`, { cause });
  }
}

function model(scene: Object3D, clips: AnimationClip[]): Model {
  return {
    clips,
    instance: (node) => copyOf(scene, node),
    dispose: () => {
      scene.traverse((object) => {
        if (!(object instanceof Mesh)) return;
        (object.geometry as { dispose(): void }).dispose();
        [object.material as Material | Material[]].flat().forEach((material) => material.dispose());
      });
    },
  };
}

const GLB_MAGIC = 0x46546c67;
const GLB_JSON = 0x4e4f534a;

/** The JSON of a .gltf, or of the first chunk of a .glb (glTF 2.0, section 4.4). */
function readJson(bytes: ArrayBuffer): GltfJson {
  const view = new DataView(bytes);
  if (bytes.byteLength < 20 || view.getUint32(0, true) !== GLB_MAGIC)
    return JSON.parse(new TextDecoder().decode(bytes)) as GltfJson;
  if (view.getUint32(16, true) !== GLB_JSON) throw new Error("its first chunk is not JSON");
  return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 20, view.getUint32(12, true)))) as GltfJson;
}

/** Buffers and images beside the model come through our own downloads: counted, and known by their shipped names. */
async function fetchParts(path: string, json: GltfJson, downloads: Downloads): Promise<Map<string, string>> {
  const uris = [...(json.buffers ?? []), ...(json.images ?? [])].flatMap(({ uri }) =>
    uri && !/^(data|blob):/.test(uri) ? [uri] : [],
  );
  const fetched = await Promise.all(
    [...new Set(uris)].map(async (uri) => {
      const bytes = await downloads.bytes(downloads.resolveBeside(path, uri));
      return [uri, URL.createObjectURL(new Blob([bytes]))] as const;
    }),
  );
  return new Map(fetched);
}

function managerFor(urls: Map<string, string>): LoadingManager {
  const manager = new LoadingManager();
  manager.setURLModifier((url) => urls.get(url) ?? url);
  return manager;
}

async function addDecoders(
  loader: GLTFLoader,
  extensions: string[],
  renderer: WebGLRenderer,
  urls: ReadonlyMap<string, string>,
): Promise<void> {
  const uses = (name: string): boolean => extensions.includes(name);
  if (uses("KHR_draco_mesh_compression")) loader.setDRACOLoader((await import("./draco")).dracoLoader());
  if (uses("EXT_meshopt_compression") || uses("KHR_meshopt_compression"))
    loader.setMeshoptDecoder((await import("./meshopt")).MeshoptDecoder);
  if (uses("KHR_texture_basisu")) loader.setKTX2Loader((await import("./ktx2")).ktx2LoaderOf(urls, renderer));
}
