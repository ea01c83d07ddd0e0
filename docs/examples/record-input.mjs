/**
 * Records what is played as a film's input track. Open the game in a browser, its console (F12), paste all of this, click into the game and
 * play; F9 saves input.json. A game of the engine begins anew, by the film's usual seed. Gamepads are not recorded.
 */

const END = "F9";
const SEED = 0; // video.seed
const STEP_S = 1 / 60; // moves of the pointer that come more often are one

const player = window.AethelPlayer;
await player?.ready();
await player?.seed(SEED);
// A film of a page begins when the page has loaded.
const begunMs = player
  ? performance.now()
  : performance.getEntriesByType("navigation")[0].loadEventEnd;

const actions = [];
const listening = new AbortController();

function add(action) {
  actions.push({
    t: Number(Math.max((performance.now() - begunMs) / 1000, 0).toFixed(3)),
    ...action,
  });
}

function key(phase, { code, repeat }) {
  if (code && !repeat) add({ type: "key", phase, code });
}

function place({ clientX, clientY }) {
  const share = (part, whole) =>
    Number(Math.min(Math.max(part / whole, 0), 1).toFixed(4));
  return { x: share(clientX, innerWidth), y: share(clientY, innerHeight) };
}

function move(event) {
  const isCaptured = document.pointerLockElement !== null;
  const step = isCaptured
    ? { dx: event.movementX, dy: event.movementY }
    : place(event);
  const last = actions.at(-1);
  const isOften =
    last?.phase === "move" &&
    (performance.now() - begunMs) / 1000 - last.t < STEP_S;
  if (!isOften || "dx" in last !== isCaptured)
    add({ type: "pointer", phase: "move", ...step });
  else if (isCaptured)
    Object.assign(last, { dx: last.dx + step.dx, dy: last.dy + step.dy });
  else Object.assign(last, step);
}

function save() {
  listening.abort();
  const lines = actions.map((action) => `  ${JSON.stringify(action)}`);
  const file = new Blob([`[\n${lines.join(",\n")}\n]\n`], {
    type: "application/json",
  });
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(file),
    download: "input.json",
  });
  link.click();
  console.log(
    `input.json has ${actions.length} actions: put it into the project, and name it in options.video.input`,
  );
}

const handlers = {
  keydown: (event) => (event.code === END ? save() : key("down", event)),
  keyup: (event) => event.code !== END && key("up", event),
  pointerdown: (event) =>
    add({
      type: "pointer",
      phase: "down",
      ...place(event),
      button: event.button,
    }),
  pointerup: (event) =>
    add({
      type: "pointer",
      phase: "up",
      ...place(event),
      button: event.button,
    }),
  pointermove: move,
  wheel: (event) =>
    add({
      type: "pointer",
      phase: "wheel",
      ...place(event),
      dx: event.deltaX,
      dy: event.deltaY,
    }),
};
for (const [name, handler] of Object.entries(handlers))
  addEventListener(name, handler, {
    capture: true,
    passive: true,
    signal: listening.signal,
  });
console.log(`recording; ${END} saves input.json`);
