/** A body: one of Rapier's, and the entity that it moves or that moves it. */

import { Quaternion, Vector3 } from "three";
import type { RAPIER } from "./rapier";
import { clone, samePlace, sameTurn, worldTransform, type Transform } from "./transform";
import type { BodySource, ColliderSource, PhysicsNode } from "./types";

export class Body {
  readonly colliders = new Map<ColliderSource, RAPIER.Collider>();
  /** Its transforms after the step before the last one, and after the last one. */
  private readonly previous: Transform;
  private readonly latest: Transform;
  /** The entity's transform as physics left it: whatever differs was moved by the game. */
  private readonly shown: Transform;

  constructor(
    readonly entity: PhysicsNode,
    readonly rapier: RAPIER.RigidBody,
    /** Null: a fixed one, made for colliders without a RigidBody. */
    readonly source: BodySource | null,
    transform: Transform,
  ) {
    [this.previous, this.latest, this.shown] = [clone(transform), clone(transform), clone(transform)];
  }

  /** Spreads the mass of the data over the body's solid colliders by their volumes. */
  updateMass(): void {
    const { source, colliders, rapier } = this;
    if (!source) return;
    const solid = [...colliders.values()].filter((collider) => !collider.isSensor());
    const volumes = solid.map((collider) => Math.max(collider.volume(), 1e-6));
    const total = volumes.reduce((sum, volume) => sum + volume, 0);
    solid.forEach((collider, index) => collider.setMass((source.data.mass * (volumes[index] as number)) / total));
    const alone = solid.length === 0 ? source.data.mass : 0;
    const inertia = alone * 0.4;
    rapier.setAdditionalMassProperties(
      alone,
      { x: 0, y: 0, z: 0 },
      { x: inertia, y: inertia, z: inertia },
      { x: 0, y: 0, z: 0, w: 1 },
      true,
    );
    rapier.recomputeMassPropertiesFromColliders(); // or an impulse before the next step would act on the old mass
  }

  /** Before a step: takes over what the game has moved since the last one. */
  syncFromEntity(): void {
    const { entity, rapier, previous, latest, shown } = this;
    const { position, rotation } = worldTransform(entity);
    // Each by itself: who only turns a body must not put it back to where it was shown.
    if (!samePlace(position, shown.position)) {
      if (rapier.isKinematic()) rapier.setNextKinematicTranslation(position);
      else rapier.setTranslation(position, true);
      for (const target of [previous, latest, shown]) target.position.copy(position);
    }
    if (!sameTurn(rotation, shown.rotation)) {
      if (rapier.isKinematic()) rapier.setNextKinematicRotation(rotation);
      else rapier.setRotation(rotation, true);
      for (const target of [previous, latest, shown]) target.rotation.copy(rotation);
    }
  }

  /** After a step: notes where the body has come to. */
  syncFromRapier(): void {
    const { rapier, previous, latest } = this;
    if (!rapier.isDynamic()) return;
    previous.position.copy(latest.position);
    previous.rotation.copy(latest.rotation);
    latest.position.copy(rapier.translation() as Vector3);
    latest.rotation.copy(rapier.rotation() as Quaternion);
    rapier.resetForces(false);
    rapier.resetTorques(false);
  }

  /** Puts the entity between the last two steps, at 0 to 1. */
  interpolate(alpha: number): void {
    const { entity, rapier, previous, latest, shown } = this;
    if (!rapier.isDynamic() || !rapier.isEnabled()) return;
    const now = worldTransform(entity);
    // Moved or turned by the game after the last step: that counts, until the next one.
    const [moved, turned] = [!samePlace(now.position, shown.position), !sameTurn(now.rotation, shown.rotation)];
    if (!moved) entity.setWorldPosition(new Vector3().lerpVectors(previous.position, latest.position, alpha));
    if (!turned)
      entity.setWorldQuaternion(new Quaternion().slerpQuaternions(previous.rotation, latest.rotation, alpha));
    const { position, rotation } = worldTransform(entity);
    if (!moved) shown.position.copy(position);
    if (!turned) shown.rotation.copy(rotation);
  }
}
