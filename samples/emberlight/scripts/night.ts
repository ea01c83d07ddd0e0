/** What the whole evening shares: it outlives a change of scene. */

import { game, save } from "aethel";

export const EMBER_POINTS = 100;
export const LOST_POINTS = 50;
export const QUICK_SECONDS = 90;
export const QUICK_POINTS = 10; // for each second below QUICK_SECONDS when a beacon is lit

export interface Night {
  playing: boolean;
  score: number;
}

export interface Best {
  score: number;
}

const SLOT = "best";

export function night(): Night {
  game.state.night ??= { playing: false, score: 0 };
  return game.state.night as Night;
}

export function startOver(): void {
  game.state.night = { playing: true, score: 0 };
}

export async function best(): Promise<number> {
  return (await save.read<Best>(SLOT))?.score ?? 0;
}

/** Keeps the score if it is the best so far; the best. */
export async function keepBest(score: number): Promise<number> {
  const known = await best();
  if (score > known) await save.write(SLOT, { score } satisfies Best);
  return Math.max(score, known);
}
