/** Sky, moon, stars and three ranges of hills that move at their own pace. */

const RANGES = [
  ["hills-far", 8, 0.46],
  ["hills-mid", 18, 0.38],
  ["hills-near", 34, 0.3],
];

export class Scenery {
  #pictures;
  #stars = Array.from({ length: 90 }, () => ({ x: Math.random(), y: Math.random() * 0.7, size: 0.5 + Math.random() * 1.4, phase: Math.random() * 6 }));
  #sky = ["#241a52", "#5a2f6b", "#d9775f"].map(parse);

  constructor(pictures) {
    this.#pictures = pictures;
  }

  /** Moves the sky's colours a little towards a level's. */
  update(dt, sky) {
    sky.map(parse).forEach((target, at) => {
      this.#sky[at] = this.#sky[at].map((channel, i) => channel + (target[i] - channel) * Math.min(1, dt));
    });
  }

  draw(pen, width, height, time) {
    const gradient = pen.createLinearGradient(0, 0, 0, height);
    this.#sky.forEach((color, at) => gradient.addColorStop(at / 2, `rgb(${color.map(Math.round).join(" ")})`));
    pen.fillStyle = gradient;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = "#fff";
    for (const star of this.#stars) {
      pen.globalAlpha = 0.35 + 0.35 * Math.sin(time * 1.5 + star.phase);
      pen.fillRect(star.x * width, star.y * height, star.size, star.size);
    }
    pen.globalAlpha = 1;
    pen.drawImage(this.#pictures.moon, width * 0.72 - 110, height * 0.22 - 110);
    for (const [name, speed, share] of RANGES) this.#range(pen, this.#pictures[name], width, height, time * speed, share);
  }

  #range(pen, picture, width, height, offset, share) {
    const tall = Math.max(height * share, 140);
    const wide = picture.width * (tall / picture.height);
    for (let x = -(offset % wide); x < width; x += wide) pen.drawImage(picture, x, height - tall + 1, wide + 1, tall);
  }
}

function parse(color) {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
