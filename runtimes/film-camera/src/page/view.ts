/** Whether a canvas is all that a page shows, and where it stands. */

import type { Placing } from "../capture/darkroom";
import type { Shot } from "../shot";
import type { View } from "../subject";
import { contentOf, isTransformed } from "./content";
import { changedByPage, fillsWindow, hasGround, paintedOver } from "./painted";

/** How much smaller than itself a canvas may be shown, before a browser's own filter is wanted. */
const SMALLEST = 0.5;

type Shape = Pick<Shot, "width" | "height" | "supersample" | "transparent">;

/** The view of a canvas; a text: why the page itself has to be filmed. */
export function viewOf(canvas: HTMLCanvasElement, shape: Shape): View | string {
  const changed = changedByPage(canvas);
  if (changed !== null) return changed;
  const painted = paintedOver(canvas);
  if (typeof painted === "string") return painted;
  const target = [shape.width * shape.supersample, shape.height * shape.supersample] as const;
  const [x, y] = [target[0] / innerWidth, target[1] / innerHeight];
  const content = contentOf(canvas);
  if (typeof content === "string") return content;
  const { left, top, width, height } = content;
  if (width < 1 || height < 1 || canvas.width < 1 || canvas.height < 1) return "the canvas has no size";
  const exact: Placing["box"] = [left * x, top * y, width * x, height * y];
  const box = isTransformed(canvas) ? exact : snapped(exact);
  const scale = Math.min(box[2] / canvas.width, box[3] / canvas.height);
  if (scale < SMALLEST) return "the canvas is shown much smaller than it is";
  const { imageRendering } = getComputedStyle(canvas);
  const same = box[2] === canvas.width && box[3] === canvas.height;
  const aligned = box.every((side) => Number.isInteger(side));
  const smooth = !(same && aligned) && imageRendering !== "pixelated" && imageRendering !== "crisp-edges";
  return { canvas, placing: { box, ground: ground(canvas, shape.transparent), smooth }, overlaid: painted };
}

/** Whole pixels, as browsers paint a box that nothing transforms. */
function snapped([left, top, width, height]: Placing["box"]): Placing["box"] {
  const [x, y] = [Math.round(left), Math.round(top)];
  return [x, y, Math.round(left + width) - x, Math.round(top + height) - y];
}

/** What lies behind the canvas, premultiplied: the innermost background that fills the window. */
function ground(canvas: Element, transparent: boolean): View["placing"]["ground"] {
  if (transparent) return [0, 0, 0, 0];
  for (let element: Element | null = canvas.parentElement; element; element = element.parentElement) {
    const { backgroundColor } = getComputedStyle(element);
    if (hasGround(backgroundColor) && fillsWindow(element)) return colour(backgroundColor);
  }
  return [1, 1, 1, 1];
}

/** A CSS colour, over white. */
function colour(text: string): View["placing"]["ground"] {
  const [red = 255, green = 255, blue = 255, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
  const [r, g, b] = [red, green, blue].map((part) => (part / 255) * alpha + 1 - alpha) as [number, number, number];
  return [r, g, b, 1];
}
