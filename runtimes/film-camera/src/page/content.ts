/** Where a page shows what a canvas has drawn: padding, `object-fit` and `object-position`, transforms. */

/** CSS pixels of the window. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** CSS pixels that rounding may cost. */
const SLACK = 0.5;
const POSITION = /^(-?[\d.]+)(%|px) (-?[\d.]+)(%|px)$/;

/** The box of what a canvas draws; a text: why it is no box. */
export function contentOf(canvas: HTMLCanvasElement): Box | string {
  const style = getComputedStyle(canvas);
  const outer = canvas.getBoundingClientRect();
  const side = (name: string): number => parseFloat(style.getPropertyValue(name)) || 0;
  const [left, top, right, bottom] = ["left", "top", "right", "bottom"].map((name) => side(`padding-${name}`)) as [
    number,
    number,
    number,
    number,
  ];
  // As it was laid out, before anything has scaled it: what a style says of it counts there.
  const isOuter = style.boxSizing === "border-box";
  const width = side("width") + (isOuter ? 0 : left + right);
  const height = side("height") + (isOuter ? 0 : top + bottom);
  const scales = [outer.width / width, outer.height / height] as const;
  const inner = { left, top, width: width - left - right, height: height - top - bottom };
  const content = fitted(inner, canvas, style);
  if (content === null) return `the canvas has an object-position of ${style.objectPosition}`;
  const onPage = (box: Box): Box => ({
    left: outer.left + box.left * scales[0],
    top: outer.top + box.top * scales[1],
    width: box.width * scales[0],
    height: box.height * scales[1],
  });
  const shown = onPage(content);
  if (!holds(onPage(inner), inWindow(shown))) return "its own box cuts the canvas";
  return shown;
}

function fitted(box: Box, canvas: HTMLCanvasElement, { objectFit, objectPosition }: CSSStyleDeclaration): Box | null {
  const scales = [box.width / canvas.width, box.height / canvas.height];
  const contain = Math.min(...scales);
  const scale = { contain, cover: Math.max(...scales), none: 1, "scale-down": Math.min(contain, 1) }[objectFit];
  if (scale === undefined) return box;
  const [width, height] = [canvas.width * scale, canvas.height * scale];
  const [, across, acrossUnit, down, downUnit] = POSITION.exec(objectPosition) ?? [];
  if (across === undefined || down === undefined) return null;
  const at = (room: number, offset: number, unit?: string): number => (unit === "%" ? (room * offset) / 100 : offset);
  const left = box.left + at(box.width - width, Number(across), acrossUnit);
  return { left, top: box.top + at(box.height - height, Number(down), downUnit), width, height };
}

/** The part of a box that the window shows. */
export function inWindow({ left, top, width, height }: Box): Box {
  const [x, y] = [Math.max(left, 0), Math.max(top, 0)];
  return {
    left: x,
    top: y,
    width: Math.min(left + width, innerWidth) - x,
    height: Math.min(top + height, innerHeight) - y,
  };
}

/** Whether a box holds all of another one. */
export function holds(outer: Box, inner: Box): boolean {
  return (
    inner.left >= outer.left - SLACK &&
    inner.top >= outer.top - SLACK &&
    inner.left + inner.width <= outer.left + outer.width + SLACK &&
    inner.top + inner.height <= outer.top + outer.height + SLACK
  );
}

export function isTransformed(canvas: Element): boolean {
  for (let element: Element | null = canvas; element; element = element.parentElement) {
    const { transform, scale, translate } = getComputedStyle(element);
    if ([transform, scale, translate].some((set) => set !== "none")) return true;
  }
  return false;
}
