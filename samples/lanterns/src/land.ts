/** Islands and the shore, drawn once for a lake. */

import type { Lake } from "./lake";
import { scatter } from "./scatter";

export interface Land {
  picture: HTMLCanvasElement;
  left: number; // of the picture, in units of the lake
}

const MARGIN = 420; // of land around the water
const SCALE = 0.75; // pixels a unit

/** The land of a lake, with holes where the water is. */
export function drawLand(lake: Lake): Land {
  const left = -lake.radius - MARGIN;
  const picture = document.createElement("canvas");
  picture.width = picture.height = Math.ceil(-2 * left * SCALE);
  const pen = picture.getContext("2d") as CanvasRenderingContext2D;
  pen.scale(SCALE, SCALE);
  pen.translate(-left, -left);
  const random = scatter(lake.radius);

  pen.fillStyle = "#0a1620";
  pen.fillRect(left, left, -2 * left, -2 * left);
  for (const [grown, color, operation] of [
    [34, "#1c2a36", "source-over"],
    [14, "#000", "destination-out"],
  ] as const) {
    pen.globalCompositeOperation = operation;
    pen.fillStyle = color;
    blob(pen, 0, 0, lake.radius + grown, 14, scatter(lake.radius), 46);
  }
  pen.globalCompositeOperation = "source-over";
  for (let n = 0; n < lake.radius * 0.34; n++) {
    const angle = random() * Math.PI * 2;
    const away = lake.radius + 50 + random() ** 1.6 * (MARGIN - 30);
    tree(pen, Math.cos(angle) * away, Math.sin(angle) * away, 26 + random() * 34, random);
  }
  for (const [x = 0, y = 0, radius = 0] of lake.islands) island(pen, x, y, radius, random);
  return { picture, left };
}

function island(pen: CanvasRenderingContext2D, x: number, y: number, radius: number, random: () => number): void {
  for (const [grown, color] of [
    [9, "rgba(120, 160, 190, 0.10)"],
    [2, "#3a4658"],
    [-7, "#18303a"],
  ] as const) {
    pen.fillStyle = color;
    blob(pen, x, y, radius + grown, 5, scatter(x * 7 + y), 18);
  }
  for (let n = 0; n < radius / 7; n++) {
    const angle = random() * Math.PI * 2;
    const away = Math.sqrt(random()) * radius * 0.62;
    tree(pen, x + Math.cos(angle) * away, y + Math.sin(angle) * away, radius * (0.2 + random() * 0.16), random);
  }
}

/** A crown from above, its upper left in the last light. */
function tree(pen: CanvasRenderingContext2D, x: number, y: number, size: number, random: () => number): void {
  const hue = 165 + random() * 40;
  for (const [shift, part, light] of [
    [0.16, 1, 6],
    [0, 0.94, 13],
    [-0.16, 0.66, 18],
    [-0.3, 0.34, 24],
  ] as const) {
    pen.fillStyle = `hsl(${hue} 34% ${light}%)`;
    blob(pen, x + shift * size, y + shift * size, size * part, size * 0.1, random, 11);
  }
}

/** A filled circle whose edge wanders. */
function blob(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  unrest: number,
  random: () => number,
  corners: number,
): void {
  const points = Array.from({ length: corners }, (_, n) => {
    const angle = (n / corners) * Math.PI * 2;
    const away = radius + (random() - 0.5) * 2 * unrest;
    return [x + Math.cos(angle) * away, y + Math.sin(angle) * away] as const;
  });
  const middle = (n: number): readonly [number, number] => {
    const [ax, ay] = points[n % corners] as readonly [number, number];
    const [bx, by] = points[(n + 1) % corners] as readonly [number, number];
    return [(ax + bx) / 2, (ay + by) / 2];
  };
  pen.beginPath();
  pen.moveTo(...middle(0));
  for (let n = 1; n <= corners; n++) pen.quadraticCurveTo(...(points[n % corners] as [number, number]), ...middle(n));
  pen.fill();
}
