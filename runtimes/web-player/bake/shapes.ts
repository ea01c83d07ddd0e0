/** The assets of a scene as far as they have a shape: models without their looks, and no materials. */

import { MeshBasicMaterial, type Material, type WebGLRenderer } from "three";
import type { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { loadGltfWith, type Model } from "../src/assets/gltf";
import { Library } from "../src/assets/library";
import type { DiskFiles } from "./diskFiles";

export class Shapes extends Library {
  private readonly loaded = new Map<string, Model>();
  private readonly look = new MeshBasicMaterial();

  constructor(private readonly files: DiskFiles) {
    super(files, null as unknown as WebGLRenderer, Infinity);
  }

  override material(): Material {
    return this.look;
  }

  override async loadModel(reference: string, requester: string): Promise<Model> {
    const path = this.path(reference, requester);
    const model = this.loaded.get(path) ?? (await loadGltfWith(path, this.files, withoutLooks));
    this.loaded.set(path, model);
    return model;
  }

  override model(reference: string): Model | undefined {
    const path = this.find(reference);
    return path === null ? undefined : this.loaded.get(path);
  }
}

async function withoutLooks(loader: GLTFLoader, extensions: string[]): Promise<void> {
  loader.register(() => ({ name: "without-looks", loadMaterial: () => Promise.resolve(new MeshBasicMaterial()) }));
  if (extensions.includes("EXT_meshopt_compression") || extensions.includes("KHR_meshopt_compression"))
    loader.setMeshoptDecoder((await import("../src/assets/meshopt")).MeshoptDecoder);
  if (extensions.includes("KHR_draco_mesh_compression"))
    loader.setDRACOLoader((await import("../src/assets/draco")).dracoLoader());
}
