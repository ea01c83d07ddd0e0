/** Shows a model, a node of one, or a primitive. */

import {
  Color,
  Mesh,
  type BufferGeometry,
  type Material,
  type MeshStandardMaterial,
  type Object3D,
  type SkinnedMesh,
} from "three";
import { defaultMaterial } from "../assets/materials";
import { messageOf } from "../core/errors";
import { primitive } from "../render/primitives";
import { Component } from "./component";

interface MeshData {
  meshId: string;
  materialIds: string[];
  castShadows: boolean;
  receiveShadows: boolean;
}

export class MeshRenderer extends Component<MeshData> {
  static readonly type = "MeshRenderer";
  static readonly defaults: MeshData = { meshId: "", materialIds: [], castShadows: true, receiveShadows: true };

  /** What is shown; null while nothing is. */
  root: Object3D | null = null;
  private readonly owned: { dispose(): void }[] = [];
  private unshared = false;

  /** The file of the model and the node in it; null for a primitive. */
  get model(): { reference: string; node: string | undefined } | null {
    if (this.data.meshId === "" || this.data.meshId.startsWith("primitive:")) return null;
    const [reference, node] = this.data.meshId.split("#") as [string, string?];
    return { reference, node };
  }

  override load(): Promise<unknown> | undefined {
    const { library } = this.game;
    const asker = `“${this.entity.name}”`;
    const loads: Promise<unknown>[] = this.data.materialIds
      .filter((id) => id && !library.material(id))
      .map((id) => library.loadMaterial(id, asker));
    const model = this.model;
    if (model && !library.model(model.reference)) loads.push(library.loadModel(model.reference, asker));
    return loads.length ? Promise.all(loads) : undefined;
  }

  override attach(): void {
    this.root = this.model ? this.modelRoot() : this.primitiveMesh();
    if (!this.root) return;
    this.applyMaterials();
    this.applyShadows();
    this.entity.object3D.add(this.root);
  }

  override detach(): void {
    this.root?.traverse((object) => (object as Partial<SkinnedMesh>).skeleton?.dispose());
    this.root?.removeFromParent();
    this.root = null;
    this.owned.splice(0).forEach((resource) => resource.dispose());
  }

  /** Every mesh of it, in the model's order. */
  *meshes(): Generator<Mesh<BufferGeometry, Material | Material[]>> {
    const found: Mesh[] = [];
    this.root?.traverse((object) => object instanceof Mesh && found.push(object));
    yield* found;
  }

  private modelRoot(): Object3D | null {
    const { reference, node } = this.model as { reference: string; node: string | undefined };
    const model = this.game.library.model(reference);
    if (!model) return null; // it could not be loaded, and the game goes on without it
    const root = model.instance(node);
    if (!root)
      this.game.problems.warn(`“${this.entity.name}” shows ${this.data.meshId}, but the model has no node “${node}”.`);
    return root ?? null;
  }

  private primitiveMesh(): Mesh | null {
    const name = this.data.meshId.slice("primitive:".length);
    const geometry = name ? primitive(name) : null;
    if (!geometry) {
      this.game.problems.warn(
        `“${this.entity.name}” has a MeshRenderer without a mesh that the player knows (${this.data.meshId || "none"}).`,
      );
      return null;
    }
    const material = defaultMaterial();
    this.owned.push(geometry, material);
    return new Mesh(geometry, material);
  }

  /** The nth material of the list is that of the nth mesh; the last one serves the rest. */
  private applyMaterials(): void {
    const materials = this.data.materialIds
      .map((id) => this.game.library.material(id))
      .filter((material) => material !== undefined);
    if (materials.length === 0) return;
    let index = 0;
    for (const mesh of this.meshes()) mesh.material = (materials[index++] ?? materials.at(-1)) as Material;
  }

  private applyShadows(): void {
    for (const mesh of this.meshes()) {
      mesh.castShadow = this.data.castShadows;
      mesh.receiveShadow = this.data.receiveShadows;
    }
  }

  /** Materials are shared between entities, until one of them is to look different. */
  private *ownMaterials(): Generator<MeshStandardMaterial> {
    for (const mesh of this.meshes()) {
      if (!this.unshared) {
        mesh.material = Array.isArray(mesh.material)
          ? mesh.material.map((material) => material.clone())
          : mesh.material.clone();
        this.owned.push(...[mesh.material].flat());
      }
      yield* [mesh.material].flat() as MeshStandardMaterial[];
    }
    this.unshared = true;
  }

  // ── For scripts ──

  get visible(): boolean {
    return this.root?.visible ?? false;
  }

  set visible(visible: boolean) {
    if (this.root) this.root.visible = visible;
  }

  get castShadows(): boolean {
    return this.data.castShadows;
  }

  set castShadows(cast: boolean) {
    this.data.castShadows = cast;
    this.applyShadows();
  }

  get receiveShadows(): boolean {
    return this.data.receiveShadows;
  }

  set receiveShadows(receive: boolean) {
    this.data.receiveShadows = receive;
    this.applyShadows();
  }

  get color(): string {
    for (const mesh of this.meshes())
      return `#${([mesh.material].flat()[0] as MeshStandardMaterial).color.getHexString()}`;
    return "#000000";
  }

  set color(color: string) {
    for (const material of [...this.ownMaterials()].slice(0, 1)) material.color.copy(new Color(color));
  }

  get opacity(): number {
    for (const mesh of this.meshes()) return ([mesh.material].flat()[0] as Material).opacity;
    return 1;
  }

  set opacity(opacity: number) {
    for (const material of this.ownMaterials()) {
      material.opacity = opacity;
      material.transparent = opacity < 1;
      material.needsUpdate = true;
    }
  }

  async setMaterials(ids: readonly string[]): Promise<void> {
    this.data.materialIds = [...ids];
    try {
      await this.load();
    } catch (error) {
      this.game.problems.warn(messageOf(error));
    }
    if (this.attached) this.applyMaterials();
  }
}
