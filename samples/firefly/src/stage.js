/** Draws the night on the canvas, sharp on every screen. */

import { Scenery } from "./scenery.js";
import { Sparks } from "./sparks.js";

const MAX_RATIO = 2; // more pixels cost time and show nothing

export class Stage {
  sparks = new Sparks();
  #canvas;
  #pen;
  #pictures;
  #scenery;
  #shake = 0;

  constructor(canvas, pictures) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d");
    this.#pictures = pictures;
    this.#scenery = new Scenery(pictures);
    this.resize();
  }

  /** Never 0, as it is in a frame that is hidden: places are scaled by it. */
  get size() {
    return { width: this.#canvas.clientWidth || 1, height: this.#canvas.clientHeight || 1 };
  }

  resize() {
    const ratio = Math.min(devicePixelRatio || 1, MAX_RATIO);
    this.#canvas.width = Math.round(this.size.width * ratio);
    this.#canvas.height = Math.round(this.size.height * ratio);
    this.#pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /** What the player feels when something happens at a place. */
  show(event, { x, y }) {
    if (event === "collect") this.sparks.burst(x, y, "#9fffe0");
    if (event === "star") this.sparks.burst(x, y, "#ffe9a6", 36);
    if (event === "level") this.sparks.burst(x, y, "#ffffff", 60);
    if (event === "hurt") {
      this.sparks.burst(x, y, "#ff6b8a", 30);
      this.#shake = 0.4;
    }
  }

  draw(night, time, dt) {
    const { width, height } = this.size;
    this.#shake = Math.max(0, this.#shake - dt);
    this.sparks.update(dt);
    this.#scenery.update(dt, night.current.sky);
    this.#pen.save();
    if (this.#shake) this.#pen.translate((Math.random() - 0.5) * 18 * this.#shake, (Math.random() - 0.5) * 18 * this.#shake);
    this.#scenery.draw(this.#pen, width, height, time);
    for (const light of night.lights) this.#light(light, time);
    this.sparks.draw(this.#pen);
    for (const bat of night.bats) this.#picture(Math.sin(bat.phase * 14) > 0 ? "bat-up" : "bat-down", bat, 1);
    this.#player(night, time);
    this.#pen.restore();
    this.#canvas.dataset.x = night.player.x.toFixed(1);
    this.#canvas.dataset.y = night.player.y.toFixed(1);
  }

  #light(light, time) {
    const grown = Math.min(1, light.age * 3);
    const place = { x: light.x, y: light.y + Math.sin(time * 2 + light.phase) * 6 };
    this.#picture(light.gold ? "star" : "mote", place, grown * (1 + 0.08 * Math.sin(time * 4 + light.phase)));
  }

  #player({ player, safe, over }, time) {
    if (over) return;
    this.#pen.globalAlpha = safe > 0 ? 0.55 + 0.45 * Math.sin(time * 22) : 1;
    this.#picture("firefly", { x: player.x, y: player.y + Math.sin(time * 5) * 3 }, 0.72, player.vy / 1400);
    this.#pen.globalAlpha = 1;
  }

  #picture(name, { x, y }, scale, turn = 0) {
    const picture = this.#pictures[name];
    this.#pen.save();
    this.#pen.translate(x, y);
    this.#pen.rotate(turn);
    this.#pen.scale(scale, scale);
    this.#pen.drawImage(picture, -picture.width / 2, -picture.height / 2);
    this.#pen.restore();
  }
}
