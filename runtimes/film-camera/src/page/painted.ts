/** What a page paints beside one canvas. */

const NEVER_PAINTED = new Set([
  "SCRIPT",
  "STYLE",
  "HEAD",
  "META",
  "LINK",
  "TITLE",
  "TEMPLATE",
  "NOSCRIPT",
  "BR",
  "SOURCE",
]);
const ALWAYS_PAINTED =
  "img, video, svg, canvas, input, button, select, textarea, progress, meter, iframe, object, embed, audio[controls]";
const CHANGES_THE_CANVAS = ["filter", "clip-path", "mask-image", "mix-blend-mode", "border-radius", "backdrop-filter"];

/** The first thing that is painted in the window beside the canvas, as a text; null: nothing is. */
export function paintedBeside(canvas: HTMLCanvasElement): string | null {
  if (!canvas.isConnected) return "the canvas is not in the page";
  for (let element: Element | null = canvas; element; element = element.parentElement) {
    const changed = changesCanvas(element, element === canvas);
    if (changed) return changed;
  }
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT, (node) =>
    node !== canvas && isShown(node as Element) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node as Element;
    if (element.contains(canvas) ? false : paints(element)) return `${nameOf(element)} is part of the picture`;
    if (element.contains(canvas) && hasText(element)) return `text in ${nameOf(element)} is part of the picture`;
    if (element.shadowRoot) return `${nameOf(element)} is part of the picture`;
  }
  return null;
}

/** The camera itself makes the engine's canvas invisible, as it is read elsewhere. */
export const UNSEEN = "data-film-unseen";

function changesCanvas(element: Element, isCanvas: boolean): string | null {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden") return "the canvas is not visible";
  if (style.opacity !== "1" && !element.hasAttribute(UNSEEN)) return `${nameOf(element)} is not opaque`;
  const changed = CHANGES_THE_CANVAS.find(
    (name) => !["none", "normal", "0px", ""].includes(style.getPropertyValue(name)),
  );
  if (changed) return `${nameOf(element)} has a ${changed}`;
  if (style.transform !== "none" && !/^matrix\([^,]+, 0, 0, [^,]+, [^,]+, [^,]+\)$/.test(style.transform))
    return `${nameOf(element)} is turned`;
  if (style.backgroundImage !== "none") return `${nameOf(element)} has a background picture`;
  if (hasGround(style.backgroundColor) && !isCanvas && !fillsWindow(element) && !isCovered(element))
    return `${nameOf(element)} has a background`;
  if (isCanvas && hasGround(style.backgroundColor)) return "the canvas has a background of its own";
  if (parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== "none") return `${nameOf(element)} has a border`;
  return null;
}

/** Whether a box with a background is just as large as the canvas in it, which hides it. */
function isCovered(element: Element): boolean {
  const canvas = element.querySelector("canvas");
  if (!canvas) return false;
  const [outer, inner] = [element.getBoundingClientRect(), canvas.getBoundingClientRect()];
  return (
    inner.left <= outer.left && inner.top <= outer.top && inner.right >= outer.right && inner.bottom >= outer.bottom
  );
}

function isShown(element: Element): boolean {
  if (NEVER_PAINTED.has(element.tagName)) return false;
  if (element instanceof HTMLElement && element.hidden && getComputedStyle(element).display === "none") return false;
  return element.checkVisibility({ opacityProperty: true, contentVisibilityAuto: true });
}

function paints(element: Element): boolean {
  const box = element.getBoundingClientRect();
  if (box.width < 1 || box.height < 1 || box.right <= 0 || box.bottom <= 0) return false;
  if (box.left >= innerWidth || box.top >= innerHeight) return false;
  const style = getComputedStyle(element);
  if (style.visibility !== "visible") return false;
  if (element.matches(ALWAYS_PAINTED) || hasText(element)) return true;
  if (hasGround(style.backgroundColor) || style.backgroundImage !== "none" || style.boxShadow !== "none") return true;
  if (parseFloat(style.borderTopWidth) > 0 || parseFloat(style.borderBottomWidth) > 0) return true;
  return ["::before", "::after"].some((part) => {
    const { content } = getComputedStyle(element, part);
    return content !== "none" && content !== "normal" && content !== '""';
  });
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

function hasText(element: Element): boolean {
  return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim() !== "");
}

function nameOf(element: Element): string {
  const id = element.id ? `#${element.id}` : "";
  return `<${element.tagName.toLowerCase()}${id}>`;
}
