/**
 * What components may use of the game that they are in. Each kind names those that it uses in its class (`Component<Data, "library">`);
 * it gets no others, and a test can hand it just those.
 */

import type { Library } from "../assets/library";
import type { AudioEngine } from "../audio/engine";
import type { Problems } from "../core/problems";
import type { Random } from "../core/random";
import type { SceneNavigation } from "../navigation/sceneNavigation";
import type { ScenePhysics } from "../physics/scenePhysics";
import type { Quality } from "../render/quality";

export interface Services {
  readonly audio: AudioEngine;
  /** Decoded assets: loaded by `load`, at hand without waiting in `attach`. */
  readonly library: Library;
  /** The path finding of the component's own scene. */
  readonly navigation: SceneNavigation;
  /** The physics of the component's own scene. */
  readonly physics: ScenePhysics;
  readonly problems: Problems;
  readonly quality: Quality;
  readonly random: Random;
  readonly scripts: ScriptModules;
  readonly viewport: Viewport;
}

/** The services that are the same in every scene. */
export type SharedServices = Omit<Services, "navigation" | "physics">;

/** The game's own code. */
export interface ScriptModules {
  /** By project path; null when there is no such script. */
  find(reference: string): { path: string; module: Record<string, unknown> } | null;
}

/** The picture's size, in CSS pixels. */
export interface Viewport {
  readonly size: { readonly width: number; readonly height: number };
  /** Width over height. */
  readonly aspect: number;
}
