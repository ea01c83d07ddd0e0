/** What can be asked of a Rapier world: who is in the way, who is near, where two touch. */

import { Vector3 } from "three";
import type { Collider } from "../components/Collider";
import type { Entity } from "../scene/entity";
import type { Vec3 } from "../math/vectors";
import { RAPIER } from "./rapier";
import type { RayHit, RayOptions, Touch } from "./types";

/** Our collider by the handle of Rapier's. */
type Owners = ReadonlyMap<number, Collider>;

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
    ({ handle }) => counts(owners.get(handle)?.entity, options),
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

function counts(entity: Entity | undefined, { ignore, layers }: RayOptions): boolean {
  if (!entity) return false;
  if (layers !== undefined && !(layers & (1 << entity.layer))) return false;
  for (let at: Entity | null = entity; at && ignore; at = at.parent) if (at === ignore) return false;
  return true;
}

export function overlapSphere(world: RAPIER.World, owners: Owners, center: Vec3, radius: number): Entity[] {
  const found = new Set<Entity>();
  world.intersectionsWithShape(center, { x: 0, y: 0, z: 0, w: 1 }, new RAPIER.Ball(radius), ({ handle }) => {
    const hit = owners.get(handle);
    if (hit) found.add(hit.entity);
    return true;
  });
  return [...found];
}

/** Where two colliders touch, by their handles; halfway between them where Rapier knows no point. */
export function contactOf(world: RAPIER.World, first: number, second: number): NonNullable<Touch["contact"]> {
  const [a, b] = [world.getCollider(first), world.getCollider(second)];
  let contact: Touch["contact"] = null;
  world.contactPair(a, b, (manifold, flipped) => {
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
