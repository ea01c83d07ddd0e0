/** What is seen: water, land, lanterns, the boat, and light over all of it. */

import lanternUrl from "./lantern.svg";
import type { Lantern, Trip, Vector } from "./lake";
import { drawLand, type Land } from "./land";
import { scatter } from "./scatter";

const SIGHT = 620; // units along the shorter side
const GLINT = 74; // units between the glints of the water
const WARM = "255, 158, 58";

export class Picture {
  private readonly pen: CanvasRenderingContext2D;
  private readonly lit: HTMLCanvasElement;
  private readonly unlit: HTMLCanvasElement;
  private readonly glow: HTMLCanvasElement;
  private readonly eye = { x: 0, y: 0 };
  private land: Land | null = null;
  private trip: Trip | null = null;
  private scale = 1;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.pen = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    [this.lit, this.unlit] = lanterns();
    this.glow = halo();
  }

  /** Show another lake, the boat in the middle. */
  show(trip: Trip): void {
    this.trip = trip;
    this.land = drawLand(trip.lake);
    this.eye.x = trip.boat.x;
    this.eye.y = trip.boat.y;
  }

  /** Where the boat is seen, in CSS pixels. */
  boatOnScreen(): Vector {
    const boat = this.trip?.boat ?? this.eye;
    const { clientWidth, clientHeight } = this.canvas;
    const scale = this.scale / devicePixelRatio;
    return { x: clientWidth / 2 + (boat.x - this.eye.x) * scale, y: clientHeight / 2 + (boat.y - this.eye.y) * scale };
  }

  draw(time: number, dt: number): void {
    const { trip, land, pen, canvas, eye } = this;
    if (!trip || !land) return;
    this.fit();
    const follow = Math.min(1, 3.5 * dt);
    eye.x += (trip.boat.x + trip.boat.vx * 0.25 - eye.x) * follow;
    eye.y += (trip.boat.y + trip.boat.vy * 0.25 - eye.y) * follow;
    pen.setTransform(
      this.scale,
      0,
      0,
      this.scale,
      canvas.width / 2 - eye.x * this.scale,
      canvas.height / 2 - eye.y * this.scale,
    );
    const half = { x: canvas.width / 2 / this.scale, y: canvas.height / 2 / this.scale };
    this.water(time, half);
    this.wake(trip);
    for (const lantern of trip.lanterns) this.reflection(lantern, time);
    pen.drawImage(land.picture, land.left, land.left, -2 * land.left, -2 * land.left);
    for (const lantern of trip.lanterns) this.float(lantern, time);
    this.boat(trip);
    this.light(trip, time);
    this.dusk();
  }

  private fit(): void {
    const width = Math.round(this.canvas.clientWidth * devicePixelRatio);
    const height = Math.round(this.canvas.clientHeight * devicePixelRatio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.scale = Math.min(width, height) / SIGHT;
  }

  private water(time: number, half: Vector): void {
    const { pen, eye } = this;
    const deep = pen.createLinearGradient(eye.x - half.x, eye.y - half.y, eye.x + half.x, eye.y + half.y);
    deep.addColorStop(0, "#2c4a86");
    deep.addColorStop(0.55, "#1b2f63");
    deep.addColorStop(1, "#131f49");
    pen.fillStyle = deep;
    pen.fillRect(eye.x - half.x, eye.y - half.y, 2 * half.x, 2 * half.y);
    pen.lineCap = "round";
    const column = Math.floor((eye.x - half.x) / GLINT) - 1;
    const row = Math.floor((eye.y - half.y) / GLINT) - 1;
    for (let i = column; i * GLINT < eye.x + half.x + GLINT; i++) {
      for (let j = row; j * GLINT < eye.y + half.y + GLINT; j++) this.glint(i, j, time);
    }
  }

  /** A short wave that comes and goes, in warm or cool light. */
  private glint(i: number, j: number, time: number): void {
    const { pen } = this;
    const random = scatter(i * 7919 + j * 104729);
    const phase = random() * 7;
    const x = (i + random()) * GLINT + Math.sin(time * 0.4 + phase) * 10;
    const y = (j + random()) * GLINT;
    const length = 7 + random() * 16;
    const strength = Math.max(0, Math.sin(time * (0.5 + random() * 0.5) + phase));
    pen.strokeStyle =
      random() < 0.22 ? `rgba(255, 196, 160, ${0.34 * strength})` : `rgba(160, 196, 255, ${0.26 * strength})`;
    pen.lineWidth = 1.6;
    pen.beginPath();
    pen.moveTo(x - length, y);
    pen.quadraticCurveTo(x, y - 3.5, x + length, y);
    pen.stroke();
  }

  private wake(trip: Trip): void {
    const { pen } = this;
    for (const { x, y, age } of trip.wake) {
      pen.strokeStyle = `rgba(190, 214, 255, ${0.2 * (1 - age / 1.6)})`;
      pen.lineWidth = 1.8;
      pen.beginPath();
      pen.arc(x, y, 7 + age * 24, 0, Math.PI * 2);
      pen.stroke();
    }
  }

  private reflection({ x, y, glow }: Lantern, time: number): void {
    const { pen } = this;
    for (let n = 0; n < 7 * glow; n++) {
      const width = (15 - n * 1.6) * (0.8 + 0.2 * Math.sin(time * 2.2 + n * 1.7));
      pen.strokeStyle = `rgba(${WARM}, ${0.5 * glow * (1 - n / 7)})`;
      pen.lineWidth = 2.6;
      pen.beginPath();
      pen.moveTo(x - width, y + 26 + n * 8);
      pen.lineTo(x + width, y + 26 + n * 8);
      pen.stroke();
    }
  }

  /** A lantern on its raft. */
  private float({ x, y, glow }: Lantern, time: number): void {
    const { pen } = this;
    const lift = Math.sin(time * 1.4 + x) * 2;
    pen.fillStyle = "#1c1730";
    pen.beginPath();
    pen.ellipse(x, y + 14, 22, 9, 0, 0, Math.PI * 2);
    pen.fill();
    pen.fillStyle = "#4a3036";
    pen.beginPath();
    pen.ellipse(x, y + 12, 20, 7, 0, 0, Math.PI * 2);
    pen.fill();
    for (const [picture, strength] of [
      [this.unlit, 1],
      [this.lit, glow],
    ] as const) {
      pen.globalAlpha = strength;
      pen.drawImage(picture, x - 18, y - 29 + lift, 36, 42);
    }
    pen.globalAlpha = 1;
  }

  private boat({ boat }: Trip): void {
    const { pen } = this;
    pen.save();
    pen.translate(boat.x, boat.y);
    pen.rotate(boat.heading);
    for (const [grown, color] of [
      [3, "rgba(6, 10, 26, 0.5)"],
      [0, "#6d4530"],
      [-4, "#3d2419"],
    ] as const) {
      pen.fillStyle = color;
      pen.beginPath();
      pen.moveTo(34 + grown, 0);
      pen.quadraticCurveTo(10, -17 - grown, -24 - grown, -10 - grown);
      pen.lineTo(-24 - grown, 10 + grown);
      pen.quadraticCurveTo(10, 17 + grown, 34 + grown, 0);
      pen.fill();
    }
    pen.fillStyle = "#8a5b3d";
    for (const x of [-13, 3]) pen.fillRect(x, -10.5, 5, 21);
    pen.fillStyle = "#e9dcc3"; // the rower's hat
    pen.beginPath();
    pen.arc(-7, 0, 8, 0, Math.PI * 2);
    pen.fill();
    pen.fillStyle = "#b99b74";
    pen.beginPath();
    pen.arc(-7, 0, 3.4, 0, Math.PI * 2);
    pen.fill();
    pen.restore();
  }

  private light(trip: Trip, time: number): void {
    const { pen, glow } = this;
    const shine = (x: number, y: number, size: number, strength: number): void => {
      pen.globalAlpha = Math.min(1, strength);
      pen.drawImage(glow, x - size, y - size, 2 * size, 2 * size);
    };
    pen.globalCompositeOperation = "lighter";
    for (const lantern of trip.lanterns) {
      const flicker = 0.94 + 0.06 * Math.sin(time * 9 + lantern.x);
      if (lantern.glow > 0.01) shine(lantern.x, lantern.y - 4, 165 * lantern.glow, 0.8 * lantern.glow * flicker);
    }
    const { boat, flame } = trip;
    const x = boat.x + Math.cos(boat.heading) * 24;
    const y = boat.y + Math.sin(boat.heading) * 24;
    shine(x, y, 60 + 130 * flame, 0.25 + 0.5 * flame + 0.05 * Math.sin(time * 11));
    shine(x, y, 16, 1);
    pen.globalCompositeOperation = "source-over";
    pen.globalAlpha = 1;
  }

  /** Darker towards the corners. */
  private dusk(): void {
    const { pen, canvas } = this;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    const { width, height } = canvas;
    const shade = pen.createRadialGradient(
      width / 2,
      height / 2,
      Math.min(width, height) * 0.3,
      width / 2,
      height / 2,
      Math.hypot(width, height) / 2,
    );
    shade.addColorStop(0, "rgba(5, 8, 24, 0)");
    shade.addColorStop(1, "rgba(5, 8, 24, 0.62)");
    pen.fillStyle = shade;
    pen.fillRect(0, 0, width, height);
  }
}

/** A lantern that burns, and one that does not; both are empty until the picture has come. */
function lanterns(): [HTMLCanvasElement, HTMLCanvasElement] {
  const image = new Image(96, 112);
  const [lit, dark] = [blank(96, 112), blank(96, 112)];
  image.addEventListener("load", () => {
    for (const pen of [lit, dark]) pen.drawImage(image, 0, 0, 96, 112);
    dark.globalCompositeOperation = "source-atop";
    dark.fillStyle = "rgba(74, 92, 142, 0.76)";
    dark.fillRect(0, 0, 96, 112);
  });
  image.src = lanternUrl;
  return [lit.canvas, dark.canvas];
}

function halo(): HTMLCanvasElement {
  const pen = blank(256, 256);
  const fade = pen.createRadialGradient(128, 128, 0, 128, 128, 128);
  fade.addColorStop(0, `rgba(${WARM}, 0.9)`);
  fade.addColorStop(0.18, `rgba(${WARM}, 0.42)`);
  fade.addColorStop(0.5, `rgba(${WARM}, 0.12)`);
  fade.addColorStop(1, `rgba(${WARM}, 0)`);
  pen.fillStyle = fade;
  pen.fillRect(0, 0, 256, 256);
  return pen.canvas;
}

function blank(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext("2d") as CanvasRenderingContext2D;
}
