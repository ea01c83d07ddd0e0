/** What the engine's player offers to whoever drives it: `window.AethelPlayer`. */

import type { CameraView } from "./cameraPath";

export interface EnginePlayer {
  ready(): Promise<void>;
  takeClock(seed: number): Promise<void>;
  step(dt: number): void;
  draw(): void;
  resize(width: number, height: number, pixelRatio: number): void;
  audioGraph(context: BaseAudioContext): Promise<void>;
  loadScene(name: string): Promise<void>;
  /** Lets the game be seen from there; null: through its own camera. */
  lookFrom(view: CameraView | null): void;
  /** Holds one of the game's own actions, −1 to 1; null lets it go. */
  act(name: string, value: number | null): boolean;
  /** Leaves the background out, so that it is transparent. Whether the picture can be without one. */
  clearBackground(): boolean;
  /** What is being loaded, so that the game should not be stepped yet. */
  readonly loading: string | null;
  /** The longest step, s: the game plays slower in longer ones. */
  readonly longestStep: number;
  /** Seconds for which sound has played: it rests while the game is paused. */
  readonly soundTime: number;
  readonly canvas: HTMLCanvasElement;
  readonly problems: readonly string[];
}

declare global {
  interface Window {
    AethelPlayer?: EnginePlayer;
  }
}
