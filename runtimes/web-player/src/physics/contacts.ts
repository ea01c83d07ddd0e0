/** From two colliders that touch to the scripts that want to know. */

import { ScriptComponent } from "../components/Script";
import type { Touch } from "./types";
import type { Entity } from "../scene/entity";

/** Told to the scripts of both entities, and to those of the bodies that the colliders are part of. */
export function tellScripts({ a, b, contact, ...rest }: Touch): void {
  const away = contact && { point: contact.point, normal: contact.normal.clone().negate() };
  const [ownerA, ownerB] = [bodyOf(a), bodyOf(b)];
  for (const entity of new Set([a, ownerA])) tell(entity, { ...rest, a, b, contact }, ownerB);
  for (const entity of new Set([b, ownerB])) tell(entity, { ...rest, a: b, b: a, contact: away }, ownerA);
}

function bodyOf(entity: Entity): Entity {
  for (let at: Entity | null = entity; at; at = at.parent) if (at.body) return at;
  return entity;
}

function tell(entity: Entity, touch: Touch, other: Entity): void {
  for (const component of [...entity.components])
    if (component instanceof ScriptComponent) component.touched(other, touch);
}
