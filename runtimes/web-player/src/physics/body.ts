/** One Rapier body and the entity that it moves, or that moves it. */

import { Quaternion, Vector3 } from "three";
import type { Collider } from "../components/Collider";
import type { RigidBody } from "../components/RigidBody";
import type { Entity } from "../scene/entity";
import { copy, placeOf, same, type Place } from "./transform";
import type { RAPIER } from "./rapier";

export class Actor {
  readonly colliders = new Map<Collider, RAPIER.Collider>();
  /** After the step before the last one, and after the last one. */
  private readonly before: Place;
  private readonly after: Place;
  /** The entity's transform as physics left it: whatever differs was moved by the game. */
  private readonly shown: Place;

  constructor(
    readonly entity: Entity,
    readonly body: RAPIER.RigidBody,
    /** Null: a fixed one, made for colliders without a RigidBody. */
    readonly component: RigidBody | null,
    place: Place,
  ) {
    [this.before, this.after, this.shown] = [copy(place), copy(place), copy(place)];
  }

  /** The body's mass is that of its data, spread over its solid colliders by their volume. */
  weigh(): void {
    const { component, colliders, body } = this;
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

  /** Before a step: what the game has moved since the last one. */
  takeFromGame(): void {
    const { entity, body, before, after, shown } = this;
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

  /** After a step: where it has come to. */
  takeFromPhysics(): void {
    const { body, before, after } = this;
    if (!body.isDynamic()) return;
    before.position.copy(after.position);
    before.rotation.copy(after.rotation);
    after.position.copy(body.translation() as Vector3);
    after.rotation.copy(body.rotation() as Quaternion);
    body.resetForces(false);
    body.resetTorques(false);
  }

  /** Puts the entity between the last two steps, at 0 to 1. */
  show(alpha: number): void {
    const { entity, body, before, after, shown } = this;
    if (!body.isDynamic() || !body.isEnabled()) return;
    // Moved by the game after the last step: that counts, until the next one.
    if (!same(placeOf(entity), shown)) return;
    entity.setWorldPosition(new Vector3().lerpVectors(before.position, after.position, alpha));
    entity.setWorldQuaternion(new Quaternion().slerpQuaternions(before.rotation, after.rotation, alpha));
    Object.assign(shown, placeOf(entity));
  }
}
