/** A rigid body lets forces move its entity. Its shape are the colliders on the entity and below it. */

import type { Vec3 } from "../math/vectors";
import type { BodyData, BodyHandle, BodySource } from "../physics/types";
import { Collider } from "./Collider";
import { Component } from "./component";

const STILL = { x: 0, y: 0, z: 0 };

export class RigidBody extends Component<BodyData, "physics"> implements BodySource {
  static readonly type = "RigidBody";
  static readonly defaults: BodyData = {
    mass: 1,
    drag: 0,
    angularDrag: 0.05,
    useGravity: true,
    isKinematic: false,
    constraints: {},
    planar: false,
  };

  handle: BodyHandle | null = null;

  override load(): Promise<unknown> | undefined {
    return this.services.physics.load();
  }

  override attach(): void {
    this.handle = this.services.physics.world?.addBody(this) ?? null;
    this.reattachColliders();
  }

  override detach(): void {
    const colliders = [...this.colliders()];
    colliders.forEach((collider) => collider.detach());
    this.services.physics.world?.removeBody(this);
    this.handle = null;
    colliders.forEach((collider) => collider.attach()); // fixed ones, where the entity stays
  }

  override setActive(active: boolean): void {
    this.services.physics.world?.setBodyEnabled(this, active);
  }

  /** Colliders that were attached as fixed ones become parts of this body. */
  private reattachColliders(): void {
    for (const collider of this.colliders()) {
      collider.detach();
      collider.attach();
    }
  }

  private *colliders(): Generator<Collider> {
    for (const entity of this.entity.tree()) {
      for (const component of entity.components)
        if (component instanceof Collider && component.attached) yield component;
    }
  }

  // ── For scripts ──

  get mass(): number {
    return this.data.mass;
  }

  get isKinematic(): boolean {
    return this.data.isKinematic;
  }

  get velocity(): Vec3 {
    return this.handle?.linvel() ?? STILL;
  }

  set velocity(velocity: Vec3) {
    this.handle?.setLinvel(velocity, true);
  }

  get angularVelocity(): Vec3 {
    return this.handle?.angvel() ?? STILL;
  }

  set angularVelocity(velocity: Vec3) {
    this.handle?.setAngvel(velocity, true);
  }

  get useGravity(): boolean {
    return this.data.useGravity;
  }

  set useGravity(use: boolean) {
    this.data.useGravity = use;
    this.handle?.setGravityScale(use ? 1 : 0, true);
  }

  get sleeping(): boolean {
    return this.handle?.isSleeping() ?? false;
  }

  setVelocity(velocity: Vec3): void {
    this.velocity = velocity;
  }

  applyForce(force: Vec3, at?: Vec3): void {
    if (at) this.handle?.addForceAtPoint(force, at, true);
    else this.handle?.addForce(force, true);
  }

  applyImpulse(impulse: Vec3, at?: Vec3): void {
    if (at) this.handle?.applyImpulseAtPoint(impulse, at, true);
    else this.handle?.applyImpulse(impulse, true);
  }

  applyTorque(torque: Vec3): void {
    this.handle?.addTorque(torque, true);
  }

  applyTorqueImpulse(torque: Vec3): void {
    this.handle?.applyTorqueImpulse(torque, true);
  }

  /** The world notices before its next step that the entity stands elsewhere than it left it. */
  teleport(position: Vec3, rotation?: Vec3): void {
    this.entity.setWorldPosition(position);
    if (rotation) this.entity.rotation.set(rotation.x, rotation.y, rotation.z);
  }

  wake(): void {
    this.handle?.wakeUp();
  }
}
