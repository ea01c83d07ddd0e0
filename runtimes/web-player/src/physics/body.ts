/** A body: one of Rapier's, and the entity that it moves or that moves it. */

import { Quaternion, Vector3 } from "three";
import type { RAPIER } from "./rapier";
import { clone, otherAxes, placeOf, sameAxes, sameTurn, type Axis, type Transform } from "./transform";
import type { BodySource, ColliderSource, PhysicsNode } from "./types";

const between: Transform = { position: new Vector3(), rotation: new Quaternion() };
const place = new Vector3();

export class Body {
  /** False while its entity takes no part: then it stays where it is. */
  enabled = true;
  readonly colliders = new Map<ColliderSource, RAPIER.Collider>();
  /** Its transforms after the step before the last one, and after the last one. */
  private readonly previous: Transform;
  private readonly latest: Transform;
  /** The entity's transform as physics left it: whatever differs was moved by the game. */
  private readonly shown: Transform;
  /** Whether forces move it. */
  private readonly dynamic: boolean;

  constructor(
    readonly entity: PhysicsNode,
    readonly rapier: RAPIER.RigidBody,
    /** Null: a fixed one, made for colliders without a RigidBody. */
    readonly source: BodySource | null,
    transform: Transform,
  ) {
    this.dynamic = source !== null && !source.data.isKinematic;
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
    const { shown } = this;
    const { position, rotation } = placeOf(this.entity);
    // Each by itself: who turns a body, or moves it along one axis, must not put the rest back to where it was shown.
    const moved = otherAxes(sameAxes(position, shown.position));
    if (moved.length) this.moveTo(position, moved);
    if (!sameTurn(rotation, shown.rotation)) this.turnTo(rotation);
  }

  private moveTo(position: Vector3, axes: readonly Axis[]): void {
    const { rapier, previous, latest, shown } = this;
    for (const target of [previous, latest, shown]) for (const axis of axes) target.position[axis] = position[axis];
    if (rapier.isKinematic()) rapier.setNextKinematicTranslation(latest.position);
    else rapier.setTranslation(latest.position, true);
  }

  private turnTo(rotation: Quaternion): void {
    const { rapier, previous, latest, shown } = this;
    if (rapier.isKinematic()) rapier.setNextKinematicRotation(rotation);
    else rapier.setRotation(rotation, true);
    for (const target of [previous, latest, shown]) target.rotation.copy(rotation);
  }

  /** After a step: notes where the body has come to. */
  syncFromRapier(): void {
    if (!this.dynamic) return;
    const { rapier, previous, latest } = this;
    previous.position.copy(latest.position);
    previous.rotation.copy(latest.rotation);
    rapier.translation(latest.position);
    rapier.rotation(latest.rotation);
    rapier.resetForces(false);
    rapier.resetTorques(false);
  }

  /** Puts the entity where the last step has left the body. */
  showLatest(): void {
    if (this.dynamic && this.enabled) this.show(this.latest);
  }

  /** Puts the entity between the last two steps, at 0 to 1. */
  interpolate(alpha: number): void {
    if (!this.dynamic || !this.enabled) return;
    const { previous, latest } = this;
    between.position.lerpVectors(previous.position, latest.position, alpha);
    if (sameTurn(previous.rotation, latest.rotation)) between.rotation.copy(latest.rotation);
    else between.rotation.slerpQuaternions(previous.rotation, latest.rotation, alpha);
    this.show(between);
  }

  /** What the game has moved or turned after the last step stays so, until the next one takes it over. */
  private show({ position, rotation }: Transform): void {
    const { entity, shown } = this;
    const now = placeOf(entity);
    const own = sameAxes(now.position, shown.position);
    const moves = own.some((axis) => position[axis] !== shown.position[axis]);
    const turns = sameTurn(now.rotation, shown.rotation) && !rotation.equals(shown.rotation);
    place.copy(now.position);
    for (const axis of own) place[axis] = position[axis];
    if (moves) entity.setWorldPosition(place);
    if (turns) entity.setWorldQuaternion(rotation);
    if (!moves && !turns) return;
    const then = placeOf(entity);
    for (const axis of moves ? own : []) shown.position[axis] = then.position[axis];
    if (turns) shown.rotation.copy(then.rotation);
  }
}
