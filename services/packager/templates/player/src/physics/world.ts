/** The physics of one scene, on Rapier: a chunk of its own, for scenes with a Collider or a RigidBody. */

import { Quaternion, Vector3 } from "three";
import type { Downloads } from "../assets/downloads";
import type { Collider } from "../components/Collider";
import { RigidBody } from "../components/RigidBody";
import type { Entity } from "../scene/entity";
import type { Vec3 } from "../scene/vectors";
import { freeAxes } from "./constraints";
import { RAPIER, initRapier } from "./rapier";
import { shapeOf } from "./shapes";
import type { BodyHandle, ColliderHandle, PhysicsWorld, RayHit, RayOptions, Touch } from "./types";

interface Placed {
  position: Vector3;
  rotation: Quaternion;
}

/** One Rapier body and the entity that it moves, or that moves it. */
interface Actor {
  entity: Entity;
  body: RAPIER.RigidBody;
  colliders: Map<Collider, RAPIER.Collider>;
  /** Null: a fixed one, made for colliders without a RigidBody. */
  component: RigidBody | null;
  before: Placed;
  after: Placed;
  /** The entity's transform as physics left it: whatever differs was moved by the game. */
  shown: Placed;
}

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
  private readonly byCollider = new Map<number, { collider: Collider; actor: Actor }>();

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
    this.weigh(actor);
    return actor.body;
  }

  private addActor(entity: Entity, desc: RAPIER.RigidBodyDesc, component: RigidBody | null): Actor {
    const place = placeOf(entity);
    const body = this.world.createRigidBody(desc.setTranslation(...xyz(place.position)).setRotation(place.rotation));
    const actor: Actor = {
      entity,
      body,
      component,
      colliders: new Map(),
      before: copy(place),
      after: copy(place),
      shown: copy(place),
    };
    this.actors.set(entity, actor);
    return actor;
  }

  removeBody(component: RigidBody): void {
    this.removeActor(component.entity);
  }

  private removeActor(entity: Entity): void {
    const actor = this.actors.get(entity);
    if (!actor) return;
    actor.colliders.forEach(({ handle }) => this.byCollider.delete(handle));
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
    this.byCollider.set(made.handle, { collider: component, actor });
    this.weigh(actor);
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
      this.byCollider.delete(made.handle);
      this.world.removeCollider(made, true);
      if (actor.component) this.weigh(actor);
      else if (actor.colliders.size === 0) this.removeActor(actor.entity);
      return;
    }
  }

  /** The body's mass is that of its data, spread over its solid colliders by their volume. */
  private weigh({ component, colliders, body }: Actor): void {
    if (!component) return;
    const solid = [...colliders.values()].filter((collider) => !collider.isSensor());
    const volumes = solid.map((collider) => Math.max(collider.volume(), 1e-6));
    const total = volumes.reduce((sum, volume) => sum + volume, 0);
    solid.forEach((collider, index) => collider.setMass((component.data.mass * (volumes[index] as number)) / total));
    const alone = solid.length === 0 ? component.data.mass : 0;
    const inertia = alone * 0.4;
    body.setAdditionalMassProperties(
      alone,
      { x: 0, y: 0, z: 0 },
      { x: inertia, y: inertia, z: inertia },
      { x: 0, y: 0, z: 0, w: 1 },
      true,
    );
    body.recomputeMassPropertiesFromColliders(); // or an impulse before the next step would act on the old mass
  }

  // ── Time ──

  step(dt: number, touched: (touch: Touch) => void): void {
    for (const actor of this.actors.values()) this.takeFromGame(actor);
    this.world.timestep = dt;
    this.world.step(this.events);
    for (const { body, before, after } of this.actors.values()) {
      if (!body.isDynamic()) continue;
      before.position.copy(after.position);
      before.rotation.copy(after.rotation);
      after.position.copy(body.translation() as Vector3);
      after.rotation.copy(body.rotation() as Quaternion);
      body.resetForces(false);
      body.resetTorques(false);
    }
    this.report(touched);
  }

  /** What the game has moved since the last step. */
  private takeFromGame(actor: Actor): void {
    const { entity, body, before, after, shown } = actor;
    const place = placeOf(entity);
    if (same(place, shown)) return;
    if (body.isKinematic()) {
      body.setNextKinematicTranslation(place.position);
      body.setNextKinematicRotation(place.rotation);
    } else {
      body.setTranslation(place.position, true);
      body.setRotation(place.rotation, true);
    }
    for (const target of [before, after, shown]) {
      target.position.copy(place.position);
      target.rotation.copy(place.rotation);
    }
  }

  private report(touched: (touch: Touch) => void): void {
    this.events.drainCollisionEvents((first, second, started) => {
      const [a, b] = [this.byCollider.get(first), this.byCollider.get(second)];
      if (!a || !b) return;
      const trigger = a.collider.data.isTrigger || b.collider.data.isTrigger;
      const contact = started && !trigger ? this.contact(first, second) : null;
      touched({ a: a.collider.entity, b: b.collider.entity, started, trigger, contact });
    });
  }

  private contact(first: number, second: number): Touch["contact"] {
    const [a, b] = [this.world.getCollider(first), this.world.getCollider(second)];
    let contact: Touch["contact"] = null;
    this.world.contactPair(a, b, (manifold, flipped) => {
      if (contact || manifold.numSolverContacts() === 0) return;
      const { x, y, z } = manifold.normal();
      // Rapier's normal leads from the first to the second: ours leads away from the other.
      const normal = new Vector3(x, y, z).multiplyScalar(flipped ? 1 : -1);
      contact = { point: new Vector3().copy(manifold.solverContactPoint(0) as Vector3), normal };
    });
    return (
      contact ?? {
        point: new Vector3().copy(a.translation() as Vector3).lerp(b.translation() as Vector3, 0.5),
        normal: new Vector3(0, 1, 0),
      }
    );
  }

  interpolate(alpha: number): void {
    for (const { entity, body, before, after, shown } of this.actors.values()) {
      if (!body.isDynamic() || !body.isEnabled()) continue;
      // Moved by the game after the last step: that counts, until the next one.
      if (!same(placeOf(entity), shown)) continue;
      entity.setWorldPosition(new Vector3().lerpVectors(before.position, after.position, alpha));
      entity.setWorldQuaternion(new Quaternion().slerpQuaternions(before.rotation, after.rotation, alpha));
      Object.assign(shown, placeOf(entity));
    }
  }

  // ── Questions ──

  raycast(origin: Vec3, direction: Vec3, maxDistance: number, options: RayOptions): RayHit | null {
    const to = new Vector3(direction.x, direction.y, direction.z).normalize();
    const flags =
      (options.triggers ? 0 : RAPIER.QueryFilterFlags.EXCLUDE_SENSORS) |
      (options.fixedOnly ? RAPIER.QueryFilterFlags.ONLY_FIXED : 0);
    const hit = this.world.castRayAndGetNormal(
      new RAPIER.Ray(origin, to),
      maxDistance,
      true,
      flags,
      undefined,
      undefined,
      undefined,
      ({ handle }) => this.counts(handle, options),
    );
    const found = hit && this.byCollider.get(hit.collider.handle);
    if (!found) return null;
    return {
      entity: found.collider.entity,
      point: new Vector3(origin.x, origin.y, origin.z).addScaledVector(to, hit.timeOfImpact),
      normal: new Vector3().copy(hit.normal as Vector3),
      distance: hit.timeOfImpact,
    };
  }

  private counts(handle: number, { ignore, layers }: RayOptions): boolean {
    const entity = this.byCollider.get(handle)?.collider.entity;
    if (!entity) return false;
    if (layers !== undefined && !(layers & (1 << entity.layer))) return false;
    for (let at: Entity | null = entity; at && ignore; at = at.parent) if (at === ignore) return false;
    return true;
  }

  overlapSphere(center: Vec3, radius: number): Entity[] {
    const found = new Set<Entity>();
    this.world.intersectionsWithShape(center, { x: 0, y: 0, z: 0, w: 1 }, new RAPIER.Ball(radius), ({ handle }) => {
      const hit = this.byCollider.get(handle);
      if (hit) found.add(hit.collider.entity);
      return true;
    });
    return [...found];
  }

  dispose(): void {
    this.events.free();
    this.world.free();
    this.actors.clear();
    this.byCollider.clear();
  }
}

function worldOf(entity: Entity): Placed & { scale: Vector3 } {
  const placed = { position: new Vector3(), rotation: new Quaternion(), scale: new Vector3() };
  entity.object3D.updateWorldMatrix(true, false);
  entity.object3D.matrixWorld.decompose(placed.position, placed.rotation, placed.scale);
  return placed;
}

function placeOf(entity: Entity): Placed {
  const { position, rotation } = worldOf(entity);
  return { position, rotation };
}

function copy({ position, rotation }: Placed): Placed {
  return { position: position.clone(), rotation: rotation.clone() };
}

function same(a: Placed, b: Placed): boolean {
  const { rotation: p } = a;
  const { rotation: q } = b;
  // By their parts: Rapier's quaternions have single precision, so that not even one with itself has a product of 1.
  return (
    a.position.distanceToSquared(b.position) < 1e-12 &&
    Math.max(...[p.x - q.x, p.y - q.y, p.z - q.z, p.w - q.w].map(Math.abs)) < 1e-6
  );
}

function xyz({ x, y, z }: Vec3): [number, number, number] {
  return [x, y, z];
}
