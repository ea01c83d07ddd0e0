/** A game's assets, decoded: found by the id that a level gives them, or by path. */

import type { Material, Texture, WebGLRenderer } from "three";
import { AssetError, messageOf } from "../core/errors";
import type { AssetEntry } from "../scene/format/types";
import { Cache } from "./cache";
import type { Downloads } from "./downloads";
import type { Model } from "./gltf";
import { makeMaterial, readMaterial, texturesOf, type MaterialData } from "./materials";
import { decodeTexture, type ColorKind } from "./textures";

export class Library {
  private readonly paths = new Map<string, string>();
  private readonly textures = new Cache<Texture>((texture) => texture.dispose());
  private readonly materials = new Cache<Material>((material) => material.dispose());
  private readonly models = new Cache<Model>((model) => model.dispose());
  private readonly documents = new Cache<unknown>();
  private readonly caches = [this.textures, this.materials, this.models, this.documents];

  constructor(
    readonly downloads: Downloads,
    private readonly renderer: WebGLRenderer,
    private readonly textureSide: number,
  ) {}

  /** Takes over the ids of the scene that comes; what it does not use is dropped when it is there. */
  open(assets: AssetEntry[]): void {
    this.paths.clear();
    assets.forEach(({ id, path }) => this.paths.set(id, path));
    this.caches.forEach((cache) => cache.mark());
  }

  dropUnused(): void {
    this.caches.forEach((cache) => cache.drop());
  }

  /** The project path behind an asset's id or a path. Throws an AssetError that names `requester`. */
  path(reference: string, requester: string): string {
    return this.downloads.resolve(this.paths.get(reference) ?? reference, requester);
  }

  find(reference: string): string | null {
    return this.downloads.find(this.paths.get(reference) ?? reference);
  }

  /** Scripts are bundled, not fetched: their path need not be among the files. */
  scriptPath(reference: string): string {
    return this.paths.get(reference) ?? reference;
  }

  async json(reference: string, requester: string): Promise<unknown> {
    const path = this.path(reference, requester);
    return this.documents.load(path, async () => {
      const bytes = await this.downloads.document(path);
      try {
        return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
      } catch (cause) {
        throw new AssetError(path, `“${path}” is not valid JSON: ${messageOf(cause)}.`, { cause });
      }
    });
  }

  /** Undefined until it has been loaded. */
  document(reference: string): unknown {
    const path = this.find(reference);
    return path === null ? undefined : this.documents.get(path);
  }

  async texture(reference: string, kind: ColorKind, requester: string): Promise<Texture> {
    const path = this.path(reference, requester);
    return this.textures.load(`${kind}:${path}`, () =>
      decodeTexture(path, kind, this.downloads, this.renderer, this.textureSide),
    );
  }

  /** Undefined until it has been loaded. */
  loadedTexture(reference: string, kind: ColorKind): Texture | undefined {
    const path = this.find(reference);
    return path === null ? undefined : this.textures.get(`${kind}:${path}`);
  }

  async loadMaterial(reference: string, requester: string): Promise<Material> {
    const path = this.path(reference, requester);
    return this.materials.load(path, async () => {
      const data: MaterialData = readMaterial(await this.json(reference, requester));
      const textures = await Promise.all(
        texturesOf(data).map(
          async ({ slot, reference: id, kind }) => [slot, await this.texture(id, kind, path)] as const,
        ),
      );
      return makeMaterial(data, new Map(textures));
    });
  }

  material(reference: string): Material | undefined {
    const path = this.find(reference);
    return path === null ? undefined : this.materials.get(path);
  }

  async loadModel(reference: string, requester: string): Promise<Model> {
    const path = this.path(reference, requester);
    return this.models.load(path, async () => {
      const { loadGltf } = await import("./gltf");
      return loadGltf(path, this.downloads, this.renderer);
    });
  }

  model(reference: string): Model | undefined {
    const path = this.find(reference);
    return path === null ? undefined : this.models.get(path);
  }
}
