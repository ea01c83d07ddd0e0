/** The physics of one scene, on Rapier: a chunk of its own, for scenes with a Collider or a RigidBody. */

import type { Downloads } from "../assets/downloads";
import type { Collider } from "../components/Collider";
import type { RigidBody } from "../components/RigidBody";
import type { Entity } from "../scene/entity";
import type { Vec3 } from "../math/vectors";
import { Actor } from "./body";
import { freeAxes } from "./constraints";
import { placeOf, worldOf, xyz } from "./transform";
import { contactOf, overlapSphere, raycast } from "./queries";
import { RAPIER, initRapier } from "./rapier";
import { shapeOf } from "./shapes";
import type { BodyHandle, ColliderHandle, PhysicsWorld, RayHit, RayOptions, Touch } from "./types";

const KINEMATIC_TOO = (): number =>
  RAPIER.ActiveCollisionTypes.DEFAULT |
  RAPIER.ActiveCollisionTypes.KINEMATIC_FIXED |
  RAPIER.ActiveCollisionTypes.KINEMATIC_KINEMATIC;

export async function createWorld(gravity: Vec3, downloads: Downloads): Promise<PhysicsWorld> {
  await initRapier(downloads);
  return new RapierWorld(gravity);
}

class RapierWorld implements PhysicsWorld {
  private readonly world: RAPIER.World;
  private readonly events = new RAPIER.EventQueue(true);
  private readonly actors = new Map<Entity, Actor>();
  private readonly owners = new Map<number, Collider>();

  constructor(gravity: Vec3) {
    this.world = new RAPIER.World(gravity);
  }

  get gravity(): Vec3 {
    return this.world.gravity;
  }

  set gravity(gravity: Vec3) {
    this.world.gravity = gravity;
    for (const { body } of this.actors.values()) if (body.isDynamic()) body.wakeUp();
  }

  // ── Bodies ──

  addBody(component: RigidBody): BodyHandle {
    this.removeActor(component.entity);
    const { data, entity } = component;
    const desc = data.isKinematic ? RAPIER.RigidBodyDesc.kinematicPositionBased() : RAPIER.RigidBodyDesc.dynamic();
    desc
      .setLinearDamping(data.drag)
      .setAngularDamping(data.angularDrag)
      .setGravityScale(data.useGravity ? 1 : 0)
      .setCcdEnabled(!data.isKinematic)
      .enabledTranslations(...freeAxes(data.constraints, "Position"))
      .enabledRotations(...freeAxes(data.constraints, "Rotation"));
    const actor = this.addActor(entity, desc, component);
    actor.weigh();
    return actor.body;
  }

  private addActor(entity: Entity, desc: RAPIER.RigidBodyDesc, component: RigidBody | null): Actor {
    const place = placeOf(entity);
    const body = this.world.createRigidBody(desc.setTranslation(...xyz(place.position)).setRotation(place.rotation));
    const actor = new Actor(entity, body, component, place);
    this.actors.set(entity, actor);
    return actor;
  }

  removeBody(component: RigidBody): void {
    this.removeActor(component.entity);
  }

  private removeActor(entity: Entity): void {
    const actor = this.actors.get(entity);
    if (!actor) return;
    actor.colliders.forEach(({ handle }) => this.owners.delete(handle));
    this.world.removeRigidBody(actor.body);
    this.actors.delete(entity);
  }

  setBodyEnabled(component: RigidBody, enabled: boolean): void {
    this.actors.get(component.entity)?.body.setEnabled(enabled);
  }

  // ── Colliders ──

  addCollider(component: Collider): ColliderHandle | null {
    const actor = this.actorOf(component.entity);
    const { position, rotation, scale } = worldOf(component.entity);
    const dynamic = actor.component !== null && !actor.component.data.isKinematic;
    const shape = shapeOf(component, scale, dynamic);
    if (!shape) return null;
    const body = placeOf(actor.entity);
    const turn = body.rotation.clone().invert();
    const offset = position.add(shape.offset.applyQuaternion(rotation)).sub(body.position).applyQuaternion(turn);
    const { friction, restitution } = component.surface;
    shape.desc
      .setTranslation(...xyz(offset))
      .setRotation(turn.multiply(rotation))
      .setFriction(friction)
      .setRestitution(restitution)
      .setSensor(component.data.isTrigger)
      .setActiveEvents(RAPIER.ActiveEvents.COLLISION_EVENTS)
      .setActiveCollisionTypes(component.data.isTrigger ? RAPIER.ActiveCollisionTypes.ALL : KINEMATIC_TOO());
    const made = this.world.createCollider(shape.desc, actor.body);
    actor.colliders.set(component, made);
    this.owners.set(made.handle, component);
    actor.weigh();
    return made;
  }

  /** The nearest ancestor with a RigidBody, or a fixed body of the entity's own. */
  private actorOf(entity: Entity): Actor {
    for (let at: Entity | null = entity; at; at = at.parent) {
      const actor = this.actors.get(at);
      if (actor?.component) return actor;
    }
    return this.actors.get(entity) ?? this.addActor(entity, RAPIER.RigidBodyDesc.fixed(), null);
  }

  removeCollider(component: Collider): void {
    for (const actor of this.actors.values()) {
      const made = actor.colliders.get(component);
      if (!made) continue;
      actor.colliders.delete(component);
      this.owners.delete(made.handle);
      this.world.removeCollider(made, true);
      if (actor.component) actor.weigh();
      else if (actor.colliders.size === 0) this.removeActor(actor.entity);
      return;
    }
  }

  // ── Time ──

  step(dt: number, touched: (touch: Touch) => void): void {
    for (const actor of this.actors.values()) actor.takeFromGame();
    this.world.timestep = dt;
    this.world.step(this.events);
    for (const actor of this.actors.values()) actor.takeFromPhysics();
    this.report(touched);
  }

  private report(touched: (touch: Touch) => void): void {
    this.events.drainCollisionEvents((first, second, started) => {
      const [a, b] = [this.owners.get(first), this.owners.get(second)];
      if (!a || !b) return;
      const trigger = a.data.isTrigger || b.data.isTrigger;
      const contact = started && !trigger ? contactOf(this.world, first, second) : null;
      touched({ a: a.entity, b: b.entity, started, trigger, contact });
    });
  }

  interpolate(alpha: number): void {
    for (const actor of this.actors.values()) actor.show(alpha);
  }

  // ── Questions ──

  raycast(origin: Vec3, direction: Vec3, maxDistance: number, options: RayOptions): RayHit | null {
    return raycast(this.world, this.owners, origin, direction, maxDistance, options);
  }

  overlapSphere(center: Vec3, radius: number): Entity[] {
    return overlapSphere(this.world, this.owners, center, radius);
  }

  dispose(): void {
    this.events.free();
    this.world.free();
    this.actors.clear();
    this.owners.clear();
  }
}
