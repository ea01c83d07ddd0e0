/** Queries of a Rapier world: what a ray hits, what is near a place, where two colliders touch. */

import { Vector3 } from "three";
import type { Vec3 } from "../math/vectors";
import { RAPIER } from "./rapier";
import type { ColliderSource, ContactEvent, PhysicsNode, RayHit, RayOptions } from "./types";

/** Our colliders by the handles of Rapier's. */
type Owners = ReadonlyMap<number, ColliderSource>;

export function raycast(
  world: RAPIER.World,
  owners: Owners,
  origin: Vec3,
  direction: Vec3,
  maxDistance: number,
  options: RayOptions,
): RayHit | null {
  const to = new Vector3(direction.x, direction.y, direction.z).normalize();
  const flags =
    (options.triggers ? 0 : RAPIER.QueryFilterFlags.EXCLUDE_SENSORS) |
    (options.fixedOnly ? RAPIER.QueryFilterFlags.ONLY_FIXED : 0);
  const hit = world.castRayAndGetNormal(
    new RAPIER.Ray(origin, to),
    maxDistance,
    true,
    flags,
    undefined,
    undefined,
    undefined,
    ({ handle }) => matches(owners.get(handle)?.entity, options),
  );
  const found = hit && owners.get(hit.collider.handle);
  if (!found) return null;
  return {
    entity: found.entity,
    point: new Vector3(origin.x, origin.y, origin.z).addScaledVector(to, hit.timeOfImpact),
    normal: new Vector3().copy(hit.normal as Vector3),
    distance: hit.timeOfImpact,
  };
}

function matches(entity: PhysicsNode | undefined, { ignore, layers }: RayOptions): boolean {
  if (!entity) return false;
  if (layers !== undefined && !(layers & (1 << entity.layer))) return false;
  for (let at: PhysicsNode | null = entity; at && ignore; at = at.parent) if (at === ignore) return false;
  return true;
}

export function overlapSphere(world: RAPIER.World, owners: Owners, center: Vec3, radius: number): PhysicsNode[] {
  const found = new Set<PhysicsNode>();
  world.intersectionsWithShape(center, { x: 0, y: 0, z: 0, w: 1 }, new RAPIER.Ball(radius), ({ handle }) => {
    const hit = owners.get(handle);
    if (hit) found.add(hit.entity);
    return true;
  });
  return [...found];
}

/** Where two colliders touch, by their handles; halfway between them where Rapier knows no point. */
export function contactOf(world: RAPIER.World, first: number, second: number): NonNullable<ContactEvent["contact"]> {
  const [a, b] = [world.getCollider(first), world.getCollider(second)];
  let contact: ContactEvent["contact"] = null;
  world.contactPair(a, b, (manifold, flipped) => {
    if (contact || manifold.numSolverContacts() === 0) return;
    const { x, y, z } = manifold.normal();
    // Rapier's normal leads from the first to the second: ours leads away from the other.
    const normal = new Vector3(x, y, z).multiplyScalar(flipped ? 1 : -1);
    let impulse = 0;
    for (let index = 0; index < manifold.numContacts(); index++) impulse += manifold.contactImpulse(index);
    contact = { point: new Vector3().copy(manifold.solverContactPoint(0) as Vector3), normal, impulse };
  });
  return (
    contact ?? {
      point: new Vector3().copy(a.translation() as Vector3).lerp(b.translation() as Vector3, 0.5),
      normal: new Vector3(0, 1, 0),
      impulse: 0,
    }
  );
}
