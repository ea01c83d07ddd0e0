/** What a page paints beside one canvas, and what it does to the canvas itself. */

import { holds, inWindow } from "./content";

const NEVER_PAINTED = new Set("SCRIPT STYLE HEAD META LINK TITLE TEMPLATE NOSCRIPT BR SOURCE".split(" "));
const ALWAYS_PAINTED =
  "img, video, svg, canvas, input, button, select, textarea, progress, meter, iframe, object, embed, audio[controls]";
const CHANGES_THE_CANVAS = ["filter", "clip-path", "mask-image", "mix-blend-mode", "border-radius"];
const LOOKS_BELOW = ["mix-blend-mode", "backdrop-filter"];
/** A box that is only moved and scaled, and not mirrored. */
const UPRIGHT = /^matrix\([^-,]+, 0, 0, [^-,]+, [^,]+, [^,]+\)$/;

/** Why the canvas looks otherwise on the page than it is drawn, or null. */
export function changedByPage(canvas: HTMLCanvasElement): string | null {
  if (!canvas.isConnected) return "the canvas is not in the page";
  for (let element: Element | null = canvas; element; element = element.parentElement) {
    const style = getComputedStyle(element);
    const name = nameOf(element);
    if (style.display === "none" || style.visibility === "hidden") return "the canvas is not visible";
    if (style.opacity !== "1") return `${name} is not opaque`;
    const changed = CHANGES_THE_CANVAS.find((property) => isSet(style, property));
    if (changed) return `${name} has a ${changed}`;
    if (isTurned(style)) return `${name} is turned`;
    if (element !== canvas && cuts(element, canvas)) return `${name} cuts the canvas`;
    if (style.backgroundImage !== "none") return `${name} has a background picture`;
    if (hasBorder(style)) return `${name} has a border`;
    if (!hasGround(style.backgroundColor)) continue;
    if (element === canvas) return "the canvas has a background of its own";
    if (!fillsWindow(element) && !isCovered(element, canvas)) return `${name} has a background`;
  }
  return null;
}

/** Whether something is painted over the canvas; a text: what is painted that a canvas and what lies over it cannot show. */
export function paintedOver(canvas: HTMLCanvasElement): boolean | string {
  let over = false;
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT, (node) =>
    node !== canvas && isShown(node as Element) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node as Element;
    const holds = element.contains(canvas);
    if (holds ? hasText(element) || hasGenerated(element) : paints(element)) {
      const style = getComputedStyle(element);
      const below = LOOKS_BELOW.find((property) => isSet(style, property));
      if (below) return `${nameOf(element)} has a ${below}`;
      if (!holds && isBehind(element, canvas)) return `${nameOf(element)} lies behind the canvas`;
      over = true;
    }
  }
  return over;
}

/** The page's own boxes fill the window whatever their size: their background is that of the whole picture. */
export function fillsWindow(element: Element): boolean {
  if (element === document.documentElement || element === document.body) return true;
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return left <= 0 && top <= 0 && right >= innerWidth && bottom >= innerHeight;
}

export function hasGround(backgroundColor: string): boolean {
  return backgroundColor !== "rgba(0, 0, 0, 0)" && backgroundColor !== "transparent";
}

function isSet(style: CSSStyleDeclaration, property: string): boolean {
  return !["none", "normal", "0px", ""].includes(style.getPropertyValue(property));
}

function isTurned({ transform, rotate, scale, offsetPath }: CSSStyleDeclaration): boolean {
  if (rotate !== "none" || scale.includes("-") || offsetPath !== "none") return true;
  return transform !== "none" && !UPRIGHT.test(transform);
}

/** Whether an element that holds the canvas shows only a part of it. */
function cuts(element: Element, canvas: HTMLCanvasElement): boolean {
  const { overflow, contain } = getComputedStyle(element);
  if (overflow === "visible" && !/paint|strict|content/.test(contain)) return false;
  if (fillsWindow(element)) return false;
  return !holds(element.getBoundingClientRect(), inWindow(canvas.getBoundingClientRect()));
}

/** Whether the canvas hides all of the box. */
function isCovered(element: Element, canvas: HTMLCanvasElement): boolean {
  const [outer, inner] = [element.getBoundingClientRect(), canvas.getBoundingClientRect()];
  return (
    inner.left <= outer.left && inner.top <= outer.top && inner.right >= outer.right && inner.bottom >= outer.bottom
  );
}

/** Whether the canvas lies over the element where both are. */
function isBehind(element: Element, canvas: HTMLCanvasElement): boolean {
  const [a, b] = [element.getBoundingClientRect(), canvas.getBoundingClientRect()];
  const [left, right] = [Math.max(a.left, b.left, 0), Math.min(a.right, b.right, innerWidth)];
  const [top, bottom] = [Math.max(a.top, b.top, 0), Math.min(a.bottom, b.bottom, innerHeight)];
  if (left >= right || top >= bottom) return false;
  const there = document.elementsFromPoint((left + right) / 2, (top + bottom) / 2);
  const [at, below] = [there.indexOf(element), there.indexOf(canvas)];
  return at >= 0 && below >= 0 && below < at;
}

function isShown(element: Element): boolean {
  if (NEVER_PAINTED.has(element.tagName)) return false;
  return element.checkVisibility({ opacityProperty: true, contentVisibilityAuto: true });
}

function paints(element: Element): boolean {
  const box = element.getBoundingClientRect();
  if (box.width < 1 || box.height < 1 || box.right <= 0 || box.bottom <= 0) return false;
  if (box.left >= innerWidth || box.top >= innerHeight) return false;
  const style = getComputedStyle(element);
  if (style.visibility !== "visible") return false;
  if (element.matches(ALWAYS_PAINTED) || element.shadowRoot !== null || hasText(element)) return true;
  if (hasGround(style.backgroundColor) || style.backgroundImage !== "none" || style.boxShadow !== "none") return true;
  return hasBorder(style) || isSet(style, "backdrop-filter") || hasGenerated(element);
}

function hasBorder(style: CSSStyleDeclaration): boolean {
  return ["top", "right", "bottom", "left"].some(
    (side) =>
      parseFloat(style.getPropertyValue(`border-${side}-width`)) > 0 &&
      style.getPropertyValue(`border-${side}-style`) !== "none",
  );
}

/** What style sheets add before and after an element. */
function hasGenerated(element: Element): boolean {
  return ["::before", "::after"].some((part) => {
    const { content } = getComputedStyle(element, part);
    return content !== "none" && content !== "normal";
  });
}

function hasText(element: Element): boolean {
  return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim() !== "");
}

function nameOf(element: Element): string {
  const id = element.id ? `#${element.id}` : "";
  return `<${element.tagName.toLowerCase()}${id}>`;
}
