/** What a game has asked for stays readable: it stands in the element, so that copies and markup carry it along. */

import { SOURCE } from "./scripts";

const real = globalThis.Element && {
  get: Element.prototype.getAttribute,
  set: Element.prototype.setAttribute,
  has: Element.prototype.hasAttribute,
  remove: Element.prototype.removeAttribute,
};

/** Sets an attribute as it stands, whatever it names. */
export function setPlainly(element: Element, name: string, value: string): void {
  real.set.call(element, name, value);
}

/** Sets an attribute to an address that works, and keeps the one that was meant. */
export function setServed(element: Element, name: string, meant: string, works: string): void {
  if (works === meant) real.remove.call(element, kept(element, name));
  else real.set.call(element, kept(element, name), meant);
  real.set.call(element, name, works);
}

/** What an attribute was meant to be, where it is something else; or null. */
export function meantBy(element: Element, name: string): string | null {
  return real.get.call(element, kept(element, name));
}

function kept(element: Element, name: string): string {
  return heldBack(element, name) ? SOURCE : `${SOURCE}-${name}`;
}

/** Scripts and links have no address at all, as the browser would ask for it. */
function heldBack(element: Element, name: string): boolean {
  return element.tagName === "SCRIPT" ? name === "src" : element.tagName === "LINK" && name === "href";
}

/**
 * Attributes read as they were set.
 *
 * @param isServed whether such an attribute may be another than what was set
 */
export function serveReading(isServed: (tag: string, name: string) => boolean): void {
  const concerns = (element: Element, name: string): boolean =>
    heldBack(element, name) || isServed(element.tagName, name);
  Element.prototype.getAttribute = function (this: Element, name: string): string | null {
    const lower = String(name).toLowerCase();
    return (concerns(this, lower) ? meantBy(this, lower) : null) ?? real.get.call(this, name);
  };
  Element.prototype.hasAttribute = function (this: Element, name: string): boolean {
    return real.has.call(this, name) || (heldBack(this, String(name).toLowerCase()) && real.has.call(this, SOURCE));
  };
  Element.prototype.removeAttribute = function (this: Element, name: string): void {
    const lower = String(name).toLowerCase();
    if (concerns(this, lower)) real.remove.call(this, kept(this, lower));
    real.remove.call(this, name);
  };
}
