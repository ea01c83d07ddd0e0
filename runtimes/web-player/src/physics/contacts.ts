/** Contacts: passed on from two colliders to the entities whose scripts want to know. */

import type { ContactEvent, PhysicsNode } from "./types";

/** Tells both entities, and those with the bodies that the colliders are part of. */
export function dispatchContact({ a, b, contact, ...rest }: ContactEvent): void {
  const reversed = contact && { ...contact, normal: contact.normal.clone().negate() };
  const [ownerA, ownerB] = [withBody(a), withBody(b)];
  for (const entity of new Set([a, ownerA])) entity.onContact(ownerB, { ...rest, a, b, contact });
  for (const entity of new Set([b, ownerB])) entity.onContact(ownerA, { ...rest, a: b, b: a, contact: reversed });
}

/** The nearest entity upwards that has a RigidBody, or the entity itself. */
function withBody(entity: PhysicsNode): PhysicsNode {
  for (let at: PhysicsNode | null = entity; at; at = at.parent) if (at.body) return at;
  return entity;
}
