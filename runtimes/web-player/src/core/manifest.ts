/** `aethel.json`: what the exporter tells the player about the game that it carries. */

import { GameError } from "./errors";

export type Preset = "low" | "medium" | "high" | "ultra";

export interface AxisBinding {
  negative?: string[];
  positive?: string[];
  stick?: string | string[];
}

/** What a game calls `jump` is a key here and a button there: see `input/actions.ts`. */
export type ActionMap = Record<string, string[] | AxisBinding>;

export interface TouchLayout {
  /** An on-screen stick in this corner; null: none. */
  stick?: "left" | "right" | null;
  /** Names on the on-screen buttons, from the thumb's rest upwards. */
  buttons?: string[];
  /** `auto`: on devices whose first pointer is a finger. */
  show?: "auto" | "always";
}

export interface GameConfig {
  name: string;
  version: string;
  resolution: { width: number; height: number };
  fullscreen: boolean;
  vsync: boolean;
  antialiasing: boolean;
  shadowQuality: Preset;
  textureQuality: Preset;
  graphicsPreset: Preset;
  /** Physics steps per second, where the level does not say it. */
  physicsTickRate: number;
  /** 0: as fast as the screen. */
  maxFPS: number;
  startScene: string;
  splashScreen: string | null;
  icon: string | null;
  description: string;
  pwa: boolean;
  /** Escape opens the player's own menu. */
  pauseMenu: boolean;
  input: { actions?: ActionMap; touch?: TouchLayout };
  /** Volumes, 0 to 1, until whoever plays chooses others. */
  audio: { master?: number; music?: number; sfx?: number; voice?: number };
  /** Seconds of a physics step in every scene; null: the scene says it. */
  fixedTimestep: number | null;
  /** False: no light casts any. */
  shadows: boolean;
  /** False: no scene has it. */
  bloom: boolean;
  /** Modules whose component of the file's name is shown above the picture. */
  hud: string[];
  [other: string]: unknown;
}

/** The navigation meshes that the export has baked for one scene. */
export interface BakedNavigation {
  /** The fingerprint of the ground that they were baked of. */
  ground: string;
  /** The player probably has to bake: scripts look as if they would change the ground before the first frame, say. */
  changes: boolean;
  /** By the size of the agents, in metres; a null file: they have no ground. */
  meshes: { radius: number; height: number; file: string | null }[];
}

export interface BootManifest {
  format: 1;
  /** Stable over versions of the game: saves are kept under it. */
  gameId: string;
  configuration: "debug" | "release" | "distribution";
  game: GameConfig;
  scenes: Record<string, string>;
  /** Every shipped scene and asset; `url` where the shipped file has another name. */
  files: Record<string, { size: number; url?: string }>;
  /** By the files of those scenes whose agents have been baked for. */
  navigation: Record<string, BakedNavigation>;
  scripts: string | null;
}

export const DEFAULT_CONFIG: GameConfig = {
  name: "Aethel Game",
  version: "1.0.0",
  resolution: { width: 1920, height: 1080 },
  fullscreen: false,
  vsync: true,
  antialiasing: true,
  shadowQuality: "high",
  textureQuality: "high",
  graphicsPreset: "high",
  physicsTickRate: 60,
  maxFPS: 0,
  startScene: "main",
  splashScreen: null,
  icon: null,
  description: "",
  pwa: false,
  pauseMenu: true,
  input: {},
  audio: {},
  fixedTimestep: null,
  shadows: true,
  bloom: true,
  hud: [],
};

/** Fetches and checks `aethel.json` beside the page. */
export async function readManifest(base: string): Promise<BootManifest> {
  const url = new URL("aethel.json", base);
  const answer = await fetch(url).catch((cause: unknown) => {
    throw new GameError("The game could not be loaded", `${url.pathname} cannot be reached.`, { cause });
  });
  if (!answer.ok) throw new GameError("The game could not be loaded", `${url.pathname} answers ${answer.status}.`);
  return checkManifest((await answer.json()) as Partial<BootManifest>);
}

/** Fills in defaults; a player that is older than its game says so instead of breaking somewhere. */
export function checkManifest(given: Partial<BootManifest>): BootManifest {
  if (given.format !== 1) {
    throw new GameError(
      "The game could not be loaded",
      `aethel.json has format ${String(given.format)}; this player reads 1.`,
    );
  }
  return {
    format: 1,
    gameId: given.gameId ?? "aethel-game",
    configuration: given.configuration ?? "release",
    game: { ...DEFAULT_CONFIG, ...dropUndefined(given.game ?? {}) } as GameConfig,
    scenes: given.scenes ?? {},
    files: given.files ?? {},
    navigation: given.navigation ?? {},
    scripts: given.scripts ?? null,
  };
}

function dropUndefined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}
