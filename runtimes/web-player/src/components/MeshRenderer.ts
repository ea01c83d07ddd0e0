/** A mesh renderer shows a model, a node of one, a primitive, or a geometry that the scene describes. */

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
import { splitReference } from "../core/paths";
import { geometryOf, primitive } from "../render/primitives";
import { Component } from "./component";

interface MeshData {
  meshId: string;
  /** In place of `meshId`: `{type, …}`, see `render/primitives.ts`. */
  geometry: Record<string, unknown> | undefined;
  materialIds: string[];
  castShadows: boolean;
  receiveShadows: boolean;
}

type ShownMesh = Mesh<BufferGeometry, Material | Material[]>;

export class MeshRenderer extends Component<MeshData, "library" | "problems"> {
  static readonly type = "MeshRenderer";
  static readonly defaults: MeshData = {
    meshId: "",
    geometry: undefined,
    materialIds: [],
    castShadows: true,
    receiveShadows: true,
  };

  /** What is shown; null while nothing is. */
  root: Object3D | null = null;
  /** Geometry and material of what comes from no file. */
  private readonly made: { dispose(): void }[] = [];
  /** What the meshes come with, for as long as the component lists no materials. */
  private readonly ownLook = new Map<Mesh, Material | Material[]>();
  /** Copies that this entity alone uses; all other materials are shared. */
  private readonly exclusive = new Set<Material>();

  /** The file of the model and the node in it; null for what needs no file. */
  get model(): { reference: string; node: string | undefined } | null {
    if (this.data.geometry || this.data.meshId === "" || this.data.meshId.startsWith("primitive:")) return null;
    const [reference, node] = splitReference(this.data.meshId);
    return { reference, node };
  }

  override load(): Promise<unknown> | undefined {
    const { library } = this.services;
    const requester = `“${this.entity.name}”`;
    const loads: Promise<unknown>[] = this.data.materialIds
      .filter((id) => id && !library.material(id))
      .map((id) => library.loadMaterial(id, requester));
    const model = this.model;
    if (model && !library.model(model.reference)) loads.push(library.loadModel(model.reference, requester));
    return loads.length ? Promise.all(loads) : undefined;
  }

  override attach(): void {
    this.root = this.model ? this.modelRoot() : this.madeMesh();
    if (!this.root) return;
    for (const mesh of this.meshes()) this.ownLook.set(mesh, mesh.material);
    this.applyMaterials();
    this.applyShadows();
    this.entity.object3D.add(this.root);
  }

  override detach(): void {
    this.root?.traverse((object) => (object as Partial<SkinnedMesh>).skeleton?.dispose());
    this.root?.removeFromParent();
    this.root = null;
    this.made.splice(0).forEach((resource) => resource.dispose());
    this.exclusive.forEach((material) => material.dispose());
    this.exclusive.clear();
    this.ownLook.clear();
  }

  /** Every mesh that is shown, in the model's order. */
  *meshes(): Generator<ShownMesh> {
    const found: Mesh[] = [];
    this.root?.traverse((object) => object instanceof Mesh && found.push(object));
    yield* found;
  }

  private modelRoot(): Object3D | null {
    const { reference, node } = this.model as { reference: string; node: string | undefined };
    const model = this.services.library.model(reference);
    if (!model) return null; // it could not be loaded, and the game goes on without it
    const root = model.instance(node);
    if (!root)
      this.services.problems.warn(
        `“${this.entity.name}” shows ${this.data.meshId}, but the model has no node “${node}”.`,
      );
    return root ?? null;
  }

  private madeMesh(): Mesh | null {
    const { geometry: described, meshId } = this.data;
    const name = meshId.slice("primitive:".length);
    const geometry = described ? geometryOf(described) : name ? primitive(name) : null;
    if (!geometry) {
      const asked = described ? `geometry of type “${String(described["type"])}”` : meshId || "none";
      this.services.problems.warn(
        `“${this.entity.name}” has a MeshRenderer without a mesh that the player knows (${asked}).`,
      );
      return null;
    }
    const material = defaultMaterial();
    this.made.push(geometry, material);
    return new Mesh(geometry, material);
  }

  /** The nth material of the list is that of the nth mesh; the last one serves the rest. An empty list: the model's own. */
  private applyMaterials(): void {
    const { materialIds } = this.data;
    const materials = materialIds
      .map((id) => this.services.library.material(id))
      .filter((material) => material !== undefined);
    if (materialIds.length > 0 && materials.length === 0) return; // none of them could be loaded
    let index = 0;
    for (const mesh of this.meshes()) {
      const listed = materials[index++] ?? materials.at(-1);
      mesh.material = listed ?? (this.ownLook.get(mesh) as Material | Material[]);
    }
    this.disposeUnused();
    this.entity.scene.changed();
  }

  private disposeUnused(): void {
    const used = new Set([...this.meshes()].flatMap(({ material }) => material));
    for (const material of this.exclusive) {
      if (used.has(material)) continue;
      this.exclusive.delete(material);
      material.dispose();
    }
  }

  private applyShadows(): void {
    for (const mesh of this.meshes()) {
      mesh.castShadow = this.data.castShadows;
      mesh.receiveShadow = this.data.receiveShadows;
    }
  }

  /** Materials that may be changed, mesh by mesh: what others use is replaced by a copy first. */
  private *changeableMaterials(): Generator<MeshStandardMaterial> {
    for (const mesh of this.meshes()) {
      const { material } = mesh;
      mesh.material = Array.isArray(material)
        ? material.map((one) => this.exclusiveOf(one))
        : this.exclusiveOf(material);
      yield* [mesh.material].flat() as MeshStandardMaterial[];
    }
  }

  private exclusiveOf(material: Material): Material {
    if (this.exclusive.has(material)) return material;
    const copy = material.clone();
    this.exclusive.add(copy);
    return copy;
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
    const [first] = this.changeableMaterials();
    first?.color.copy(new Color(color));
  }

  get opacity(): number {
    for (const mesh of this.meshes()) return ([mesh.material].flat()[0] as Material).opacity;
    return 1;
  }

  set opacity(opacity: number) {
    for (const material of this.changeableMaterials()) {
      material.opacity = opacity;
      material.transparent = opacity < 1;
      material.needsUpdate = true;
    }
  }

  /** A later call wins, whichever has loaded first. */
  async setMaterials(ids: readonly string[]): Promise<void> {
    const materialIds = (this.data.materialIds = [...ids]);
    try {
      await this.load();
    } catch (error) {
      this.services.problems.warn(messageOf(error));
    }
    if (this.attached && this.data.materialIds === materialIds) this.applyMaterials();
  }
}
