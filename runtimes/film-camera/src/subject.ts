/** What is filmed: the engine's game, or any page. */

import type { Placing } from "./capture/darkroom";
import type { Mix } from "./sound/mixing";

/** Where the picture is, when it is one canvas. */
export interface View {
  canvas: HTMLCanvasElement;
  placing: Placing;
  /** Whether the page paints something over it. */
  overlaid: boolean;
}

export interface Subject {
  readonly kind: "engine" | "html5";
  /** Waits until the game is there, and takes its clock: nothing has moved yet. Rejects with why it never will be. */
  begin(): Promise<void>;
  /** The canvas that the game draws on; null where there is none. */
  readonly canvas: HTMLCanvasElement | null;
  /** Moves the game to a time, seconds; `picture` is called in the task that has drawn it there. */
  moveTo(time: number, picture: (() => void) | null): Promise<void>;
  /** The picture as a canvas and what lies over it; a text: why the page itself has to be filmed. */
  view(): View | string;
  /** From now on its sound is rendered as it moves; what it has played before is not lost. */
  listen(): void;
  /** What is heard from a time on, seconds, for so many seconds. */
  heard(startS: number, seconds: number): Promise<Mix>;
}
