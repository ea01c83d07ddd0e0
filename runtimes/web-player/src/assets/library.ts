/** A game's assets, decoded: found by the id that a level gives them, or by path. */

import { NearestFilter, type Material, type Texture, type WebGLRenderer } from "three";
import { AssetError, messageOf } from "../core/errors";
import type { Level } from "../scene/format/types";
import { Cache } from "./cache";
import type { Downloads } from "./downloads";
import type { Model } from "./gltf";
import { makeMaterial, readMaterial, texturesOf, type MaterialData } from "./materials";
import { decodeTexture, type ColorKind } from "./textures";

export class Library {
  private readonly paths = new Map<string, string>();
  /** Documents that stand in the scene itself, by the ids of their assets. */
  private readonly inline = new Map<string, Record<string, unknown>>();
  private pixelated = false;
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
  open({ assets, settings }: Pick<Level, "assets" | "settings">): void {
    this.pixelated = settings.rendering.pixelPerfect;
    this.paths.clear();
    this.inline.clear();
    for (const { id, path, data } of assets) {
      if (data) this.inline.set(id, data);
      else this.paths.set(id, path);
    }
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
    if (this.inline.has(reference)) return this.inline.get(reference);
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
    return this.inline.get(reference) ?? (path === null ? undefined : this.documents.get(path));
  }

  async texture(reference: string, kind: ColorKind, requester: string): Promise<Texture> {
    const path = this.path(reference, requester);
    const { pixelated } = this;
    return this.textures.load(this.textureKey(kind, path), async () => {
      const texture = await decodeTexture(path, kind, this.downloads, this.renderer, this.textureSide);
      if (pixelated) texture.magFilter = NearestFilter;
      return texture;
    });
  }

  private textureKey(kind: ColorKind, path: string): string {
    return `${kind}${this.pixelated ? " pixelated" : ""}:${path}`;
  }

  /** Undefined until it has been loaded. */
  loadedTexture(reference: string, kind: ColorKind): Texture | undefined {
    const path = this.find(reference);
    return path === null ? undefined : this.textures.get(this.textureKey(kind, path));
  }

  async loadMaterial(reference: string, requester: string): Promise<Material> {
    const key = this.inlineKey(reference) ?? this.path(reference, requester);
    const asks = this.inline.has(reference) ? `the material “${reference}”` : key;
    return this.materials.load(key, async () => {
      const data: MaterialData = readMaterial(await this.json(reference, requester));
      const textures = await Promise.all(
        texturesOf(data).map(async (use) => [use, await this.texture(use.reference, use.kind, asks)] as const),
      );
      return makeMaterial(data, textures);
    });
  }

  material(reference: string): Material | undefined {
    const key = this.inlineKey(reference) ?? this.find(reference);
    return key === null ? undefined : this.materials.get(key);
  }

  /** Of a document in the scene: its content, as the same id means another one in another scene. */
  private inlineKey(reference: string): string | undefined {
    const data = this.inline.get(reference);
    return data && JSON.stringify(data);
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
