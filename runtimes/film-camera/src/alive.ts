/** A film may take long; as long as the crew hears that it goes on, it is not taken for dead. */

import { real } from "./real";

const PAUSE_MS = 1000;
let toldAt = 0;

/** Tells the crew, about once a second, that the game has moved on. */
export function tellAlive(): void {
  const now = real.now();
  if (now - toldAt < PAUSE_MS) return;
  toldAt = now;
  window.__filmFrame?.('{"alive": true}');
}
