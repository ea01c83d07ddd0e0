/** The physics of one scene, on Rapier: a chunk of its own, for scenes with a Collider or a RigidBody. */

import type { Downloads } from "../assets/downloads";
import type { Problems } from "../core/problems";
import type { Vec3 } from "../math/vectors";
import { Body } from "./body";
import { freeAxes } from "./constraints";
import { contactOf, overlapSphere, raycast } from "./queries";
import { RAPIER, initRapier } from "./rapier";
import { shapeOf } from "./shapes";
import { worldTransform, xyz } from "./transform";
import type {
  BodyHandle,
  BodySource,
  ColliderHandle,
  ColliderSource,
  ContactEvent,
  PhysicsNode,
  PhysicsWorld,
  RayHit,
  RayOptions,
} from "./types";

const KINEMATIC_TOO = (): number =>
  RAPIER.ActiveCollisionTypes.DEFAULT |
  RAPIER.ActiveCollisionTypes.KINEMATIC_FIXED |
  RAPIER.ActiveCollisionTypes.KINEMATIC_KINEMATIC;

export async function createWorld(gravity: Vec3, downloads: Downloads, problems: Problems): Promise<PhysicsWorld> {
  await initRapier(downloads);
  return new RapierWorld(gravity, problems);
}

class RapierWorld implements PhysicsWorld {
  private readonly world: RAPIER.World;
  private readonly events = new RAPIER.EventQueue(true);
  private readonly bodies = new Map<PhysicsNode, Body>();
  private readonly owners = new Map<number, ColliderSource>();

  constructor(
    gravity: Vec3,
    private readonly problems: Problems,
  ) {
    this.world = new RAPIER.World(gravity);
  }

  get gravity(): Vec3 {
    return this.world.gravity;
  }

  set gravity(gravity: Vec3) {
    this.world.gravity = gravity;
    for (const { rapier } of this.bodies.values()) if (rapier.isDynamic()) rapier.wakeUp();
  }

  // ── Bodies ──

  addBody(source: BodySource): BodyHandle {
    this.removeNode(source.entity);
    const { data, entity } = source;
    const desc = data.isKinematic ? RAPIER.RigidBodyDesc.kinematicPositionBased() : RAPIER.RigidBodyDesc.dynamic();
    desc
      .setLinearDamping(data.drag)
      .setAngularDamping(data.angularDrag)
      .setGravityScale(data.useGravity ? 1 : 0)
      .setCcdEnabled(!data.isKinematic)
      .enabledTranslations(...freeAxes(data, "Position"))
      .enabledRotations(...freeAxes(data, "Rotation"));
    const body = this.createBody(entity, desc, source);
    body.updateMass();
    return body.rapier;
  }

  private createBody(entity: PhysicsNode, desc: RAPIER.RigidBodyDesc, source: BodySource | null): Body {
    const transform = worldTransform(entity);
    desc.setTranslation(...xyz(transform.position)).setRotation(transform.rotation);
    const body = new Body(entity, this.world.createRigidBody(desc), source, transform);
    this.bodies.set(entity, body);
    return body;
  }

  removeBody(source: BodySource): void {
    this.removeNode(source.entity);
  }

  private removeNode(entity: PhysicsNode): void {
    const body = this.bodies.get(entity);
    if (!body) return;
    body.colliders.forEach(({ handle }) => this.owners.delete(handle));
    this.world.removeRigidBody(body.rapier);
    this.bodies.delete(entity);
  }

  setBodyEnabled(source: BodySource, enabled: boolean): void {
    const body = this.bodies.get(source.entity);
    if (!body) return;
    body.enabled = enabled;
    body.rapier.setEnabled(enabled);
  }

  // ── Colliders ──

  addCollider(source: ColliderSource): ColliderHandle | null {
    const body = this.bodyOf(source.entity);
    const { position, rotation, scale } = worldTransform(source.entity);
    const dynamic = body.source !== null && !body.source.data.isKinematic;
    const shape = shapeOf(source, scale, dynamic, this.problems);
    if (!shape) return null;
    const origin = worldTransform(body.entity);
    const turn = origin.rotation.invert();
    const offset = position.add(shape.offset.applyQuaternion(rotation)).sub(origin.position).applyQuaternion(turn);
    const { friction, restitution } = source.surface;
    shape.desc
      .setTranslation(...xyz(offset))
      .setRotation(turn.multiply(rotation))
      .setFriction(friction)
      .setRestitution(restitution)
      .setSensor(source.data.isTrigger)
      .setActiveEvents(RAPIER.ActiveEvents.COLLISION_EVENTS)
      .setActiveCollisionTypes(source.data.isTrigger ? RAPIER.ActiveCollisionTypes.ALL : KINEMATIC_TOO());
    const made = this.world.createCollider(shape.desc, body.rapier);
    body.colliders.set(source, made);
    this.owners.set(made.handle, source);
    body.updateMass();
    return made;
  }

  /** The nearest ancestor with a RigidBody, or a fixed body of the entity's own. */
  private bodyOf(entity: PhysicsNode): Body {
    for (let at: PhysicsNode | null = entity; at; at = at.parent) {
      const body = this.bodies.get(at);
      if (body?.source) return body;
    }
    return this.bodies.get(entity) ?? this.createBody(entity, RAPIER.RigidBodyDesc.fixed(), null);
  }

  removeCollider(source: ColliderSource): void {
    for (const body of this.bodies.values()) {
      const made = body.colliders.get(source);
      if (!made) continue;
      body.colliders.delete(source);
      this.owners.delete(made.handle);
      this.world.removeCollider(made, true);
      if (body.source) body.updateMass();
      else if (body.colliders.size === 0) this.removeNode(body.entity);
      return;
    }
  }

  // ── Time ──

  step(dt: number, onContact: (contact: ContactEvent) => void): void {
    for (const body of this.bodies.values()) body.syncFromEntity();
    this.world.timestep = dt;
    this.world.step(this.events);
    for (const body of this.bodies.values()) body.syncFromRapier();
    this.reportContacts(onContact);
  }

  showLatest(): void {
    for (const body of this.bodies.values()) body.showLatest();
  }

  private reportContacts(onContact: (contact: ContactEvent) => void): void {
    let atLatest = false;
    this.events.drainCollisionEvents((first, second, started) => {
      const [a, b] = [this.owners.get(first), this.owners.get(second)];
      if (!a || !b) return;
      if (!atLatest) this.showLatest(); // or scripts would be told of a touch before they see it
      atLatest = true;
      const trigger = a.data.isTrigger || b.data.isTrigger;
      const contact = started && !trigger ? contactOf(this.world, first, second) : null;
      onContact({ a: a.entity, b: b.entity, started, trigger, contact });
    });
  }

  interpolate(alpha: number): void {
    for (const body of this.bodies.values()) body.interpolate(alpha);
  }

  // ── Queries ──

  raycast(origin: Vec3, direction: Vec3, maxDistance: number, options: RayOptions): RayHit | null {
    return raycast(this.world, this.owners, origin, direction, maxDistance, options);
  }

  overlapSphere(center: Vec3, radius: number): PhysicsNode[] {
    return overlapSphere(this.world, this.owners, center, radius);
  }

  dispose(): void {
    this.events.free();
    this.world.free();
    this.bodies.clear();
    this.owners.clear();
  }
}
