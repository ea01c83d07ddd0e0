/** What is filmed: the engine's game, or any page. */

import type { Placing } from "./capture/darkroom";
import type { Shot } from "./shot";

/** Where the picture is, when it is one canvas. */
export interface View {
  canvas: HTMLCanvasElement;
  placing: Placing;
}

export interface Subject {
  readonly kind: "engine" | "html5";
  /** Waits until the game is there, and takes its clock: nothing has moved yet. Rejects with why it never will be. */
  begin(): Promise<void>;
  /** Moves the game to a time, seconds; `picture` is called in the task that has drawn it there. */
  moveTo(time: number, picture: (() => void) | null): Promise<void>;
  /** The canvas that is all of the picture; a text: why there is none, and the page itself has to be filmed. */
  view(): View | string;
  /** Reads a file of the project as a text. */
  read(path: string): Promise<string>;
}

/** Makes a subject of a page; the shot says how it is shown. */
export type SubjectOf = (shot: Shot) => Subject;
