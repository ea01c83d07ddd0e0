/** Puts the parts together: title, play, pause, the end. */

import { loadAssets } from "./assets.js";
import { readBest, writeBest } from "./best.js";
import { Input } from "./input.js";
import { Night } from "./night.js";
import { Sound } from "./sound.js";
import { Stage } from "./stage.js";

const MAX_STEP = 1 / 30; // a hidden tab or a slow frame must not throw the player across the stage

const element = (id) => document.getElementById(id);

async function main() {
  const { pictures, levels } = await loadAssets();
  const stage = new Stage(element("stage"), pictures);
  const sound = new Sound();
  let night = new Night(levels, stage.size);
  let playing = false;
  let best = readBest();
  let last = 0;

  const input = new Input(element("stage"), { KeyP: pause, Escape: pause, KeyM: () => sound.toggle() });
  element("play").addEventListener("click", play);
  addEventListener("resize", () => {
    stage.resize();
    night.resize(stage.size);
  });
  document.addEventListener("visibilitychange", () => document.hidden && pause());
  element("best").value = best;
  requestAnimationFrame(frame);

  function play() {
    if (night.over) night = new Night(levels, stage.size);
    playing = true;
    element("card").hidden = true;
    element("hud").hidden = false;
    sound.start();
    show();
  }

  function pause() {
    if (playing) stop("Paused", "The night waits for you.", "Go on");
  }

  function stop(headline, message, button) {
    playing = false;
    sound.pause();
    element("headline").textContent = headline;
    element("message").textContent = message;
    element("play").textContent = button;
    element("card").hidden = false;
    element("play").focus();
  }

  function frame(now) {
    const dt = Math.min((now - last) / 1000, MAX_STEP);
    last = now;
    if (playing) step(dt);
    stage.draw(night, now / 1000, dt);
    requestAnimationFrame(frame);
  }

  function step(dt) {
    if (Math.random() < dt * 40) stage.sparks.trail(night.player.x - 10, night.player.y + 8);
    const happened = night.step(dt, input.direction(night.player));
    for (const event of happened) {
      stage.show(event, night.player);
      if (event !== "level") sound.play(event);
    }
    if (happened.length) show();
    if (night.over) finish();
  }

  function show() {
    element("score").value = night.score;
    element("hearts").textContent = "♥".repeat(night.lives);
    element("hearts").ariaLabel = `${night.lives} lives`;
  }

  function finish() {
    const record = night.score > best;
    if (record) {
      best = night.score;
      writeBest(best);
      element("best").value = best;
    }
    stop(record ? "A new best!" : "Lights out", `You gathered ${night.score} light and reached “${night.current.name}”.`, "Play again");
  }
}

main().catch((error) => {
  element("headline").textContent = "Something is missing";
  element("message").textContent = error.message;
  element("play").hidden = true;
});
