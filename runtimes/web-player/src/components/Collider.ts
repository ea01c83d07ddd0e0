/** Makes the entity solid, or a trigger. Without a RigidBody on it or above it, nothing moves it. */

import type { ColliderHandle } from "../physics/types";
import { asObject } from "../scene/format/settings";
import { readNumber } from "../math/vectors";
import { Component } from "./component";

export interface ColliderData {
  shape: string;
  size: unknown;
  /** Metres, before the entity's scale; undefined: 0.5. */
  radius: number | undefined;
  /** Of a capsule, from end to end. */
  height: number | undefined;
  center: unknown;
  isTrigger: boolean;
  /** `{friction, restitution}`, or the id of a material asset that holds them. */
  physicsMaterial: unknown;
}

export interface Surface {
  friction: number;
  restitution: number;
}

export class Collider extends Component<ColliderData> {
  static readonly type = "Collider";
  static readonly defaults: ColliderData = {
    shape: "box",
    size: [1, 1, 1],
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
    const loads: Promise<unknown>[] = [];
    if (!this.game.physics) loads.push(this.game.loadPhysics());
    const { physicsMaterial } = this.data;
    if (
      typeof physicsMaterial === "string" &&
      physicsMaterial &&
      this.game.library.document(physicsMaterial) === undefined
    ) {
      loads.push(this.game.library.json(physicsMaterial, `the collider of “${this.entity.name}”`));
    }
    return loads.length ? Promise.all(loads) : undefined;
  }

  override attach(): void {
    this.handle = this.game.physics?.addCollider(this) ?? null;
  }

  override detach(): void {
    this.game.physics?.removeCollider(this);
    this.handle = null;
  }

  override setActive(active: boolean): void {
    this.handle?.setEnabled(active && this.switchedOn);
  }

  get surface(): Surface {
    const { physicsMaterial } = this.data;
    const given = asObject(
      typeof physicsMaterial === "string" ? this.game.library.document(physicsMaterial) : physicsMaterial,
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
