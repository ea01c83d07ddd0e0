import "./style.css";

import { chime, wakeSound } from "./chime";
import { Controls } from "./controls";
import lakes from "./lakes.json";
import { Trip, type Lake, type Outcome } from "./lake";
import { Picture } from "./picture";

const STEP_S = 1 / 120;
const WORDS: Record<Outcome, string> = {
  rowing:
    "Light every lantern before your own flame is gone. Arrow keys or WASD, or touch the water where you want to row.",
  won: "Every lantern burns.",
  dark: "Your flame went out. The lake waits.",
};

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const canvas = element<HTMLCanvasElement>("lake");
const card = element("card");
const controls = new Controls(canvas);
const picture = new Picture(canvas);

let number = 0;
let trip = begin();

function begin(): Trip {
  const begun = new Trip(lakes[number] as Lake, (count) => {
    chime(count - 1);
    if (count === begun.lanterns.length) chime(count + 1);
  });
  picture.show(begun);
  return begun;
}

function say(headline: string, words: string, button: string): void {
  element("headline").textContent = headline;
  element("words").textContent = words;
  element("go").textContent = button;
  card.hidden = false;
  element("go").focus();
}

function end(outcome: Outcome): void {
  if (outcome === "dark") {
    say(trip.lake.name, WORDS.dark, "Again");
    return;
  }
  number = (number + 1) % lakes.length;
  if (number === 0) say("Good night", "All lakes shine. Thank you for rowing.", "From the start");
  else say(trip.lake.name, WORDS.won, `On to “${(lakes[number] as Lake).name}”`);
}

element("go").addEventListener("click", () => {
  wakeSound();
  trip = begin();
  card.hidden = true;
});

let last = performance.now();
let owed = 0;

function frame(now: number): void {
  const dt = Math.min(0.1, (now - last) / 1000);
  last = now;
  if (card.hidden) {
    const wish = controls.wish(picture.boatOnScreen());
    for (owed += dt; owed >= STEP_S; owed -= STEP_S) trip.step(STEP_S, wish);
    if (trip.outcome !== "rowing") end(trip.outcome);
  }
  picture.draw(now / 1000, dt);
  element("lit").textContent = `${trip.lit} / ${trip.lanterns.length}`;
  element("oil").style.width = `${trip.flame * 100}%`;
  canvas.dataset.x = trip.boat.x.toFixed(1);
  canvas.dataset.y = trip.boat.y.toFixed(1);
  requestAnimationFrame(frame);
}

say("Lanterns", WORDS.rowing, "Row out");
requestAnimationFrame(frame);
