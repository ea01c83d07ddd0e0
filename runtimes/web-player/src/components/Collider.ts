/** A collider makes its entity solid, or a trigger. Without a RigidBody on it or above it, nothing moves it. */

import type { BufferGeometry, Mesh } from "three";
import { readNumber } from "../math/vectors";
import type { ColliderData, ColliderHandle, ColliderSource, Surface } from "../physics/types";
import { readTerrain } from "../render/primitives";
import { asObject } from "../scene/format/settings";
import type { Terrain } from "../scene/format/types";
import { Component } from "./component";
import { MeshRenderer } from "./MeshRenderer";

export class Collider extends Component<ColliderData, "library" | "physics"> implements ColliderSource {
  static readonly type = "Collider";
  static readonly defaults: ColliderData = {
    shape: "box",
    size: undefined,
    radius: undefined,
    height: undefined,
    center: [0, 0, 0],
    isTrigger: false,
    physicsMaterial: undefined,
  };

  handle: ColliderHandle | null = null;
  private readonly changed: Partial<Surface> = {};
  private switchedOn = true;

  override load(): Promise<unknown> | undefined {
    const { library, physics } = this.services;
    const loads = [physics.load()];
    const { physicsMaterial } = this.data;
    if (typeof physicsMaterial === "string" && physicsMaterial && library.document(physicsMaterial) === undefined)
      loads.push(library.json(physicsMaterial, `the collider of “${this.entity.name}”`));
    return loads.some((load) => load !== undefined) ? Promise.all(loads) : undefined;
  }

  override attach(): void {
    this.handle = this.services.physics.world?.addCollider(this) ?? null;
    this.setActive(this.entity.activeInHierarchy);
  }

  override detach(): void {
    this.services.physics.world?.removeCollider(this);
    this.handle = null;
  }

  override setActive(active: boolean): void {
    this.handle?.setEnabled(active && this.switchedOn);
  }

  meshes(): Iterable<Mesh<BufferGeometry>> {
    return this.entity.component(MeshRenderer)?.meshes() ?? [];
  }

  get terrain(): Terrain | null {
    return readTerrain(this.entity.component(MeshRenderer)?.data.geometry);
  }

  get surface(): Surface {
    const { physicsMaterial } = this.data;
    const given = asObject(
      typeof physicsMaterial === "string" ? this.services.library.document(physicsMaterial) : physicsMaterial,
    );
    return {
      friction: this.changed.friction ?? readNumber(given["friction"], 0.5),
      restitution: this.changed.restitution ?? readNumber(given["restitution"] ?? given["bounciness"], 0),
    };
  }

  // ── For scripts ──

  get isTrigger(): boolean {
    return this.data.isTrigger;
  }

  get enabled(): boolean {
    return this.switchedOn;
  }

  set enabled(enabled: boolean) {
    this.switchedOn = enabled;
    this.handle?.setEnabled(enabled && this.entity.activeInHierarchy);
  }

  get friction(): number {
    return this.surface.friction;
  }

  set friction(friction: number) {
    this.changed.friction = friction;
    this.handle?.setFriction(friction);
  }

  get restitution(): number {
    return this.surface.restitution;
  }

  set restitution(restitution: number) {
    this.changed.restitution = restitution;
    this.handle?.setRestitution(restitution);
  }
}
