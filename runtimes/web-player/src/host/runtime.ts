/** `window.AethelRuntime`: the host that games of the older runtime talk to, the same on the web and on desktops. */

import type { Game } from "../game/game";
import { messageOf } from "../core/errors";
import type { SaveEntry } from "../core/storage";
import type { UserSettings } from "../game/userSettings";

type Answer<T extends object = object> = ({ success: true } & T) | { success: false; error: string };

export interface AethelRuntime {
  getGameConfig(): Promise<object>;
  quit(): Promise<void>;
  getSettings(): Promise<UserSettings>;
  setSettings(patch: Partial<UserSettings>): Promise<UserSettings>;
  getAvailableResolutions(): Promise<{ width: number; height: number }[]>;
  setResolution(width: number, height: number): Promise<Answer>;
  setFullscreen(on: boolean): Promise<Answer>;
  loadAsset(path: string): Promise<Answer<{ data: ArrayBuffer }>>;
  loadScene(name: string): Promise<Answer<{ scene: unknown }>>;
  saveGame(slot: string, data: unknown): Promise<Answer<{ persistent: boolean }>>;
  loadGame(slot: string): Promise<Answer<{ data: unknown }>>;
  listSaves(): Promise<SaveEntry[]>;
  getPlatform(): Promise<{ os: string; arch: string; runtime: string; version: string }>;
  isDev(): Promise<boolean>;
}

/** The calls that only the owner of a window can answer. */
type WindowHost = Pick<
  AethelRuntime,
  "quit" | "getAvailableResolutions" | "setResolution" | "setFullscreen" | "getPlatform"
>;

const HEIGHTS = [720, 1080, 1440, 2160];

/**
 * @param windowHost Who was there before the page's own scripts: a desktop's shell answers for its window itself.
 */
export function makeRuntime(game: Game, windowHost?: WindowHost): AethelRuntime {
  const runtime = ofThePage(game);
  if (!windowHost) return runtime;
  const { quit, getAvailableResolutions, setResolution, setFullscreen, getPlatform } = windowHost;
  return { ...runtime, quit, getAvailableResolutions, setResolution, setFullscreen, getPlatform };
}

function ofThePage(game: Game): AethelRuntime {
  const { saves, settings } = game;
  return {
    getGameConfig: async () => ({ ...game.manifest.game }),
    quit: async () => game.quit(),
    getSettings: async () => ({ ...settings.values }),
    setSettings: async (patch) => game.applySettings(patch),
    getAvailableResolutions: async () => HEIGHTS.map((height) => ({ width: Math.round((height * 16) / 9), height })),
    setResolution: (width, height) =>
      attempt(async () => {
        game.applySettings({ resolution: { width, height } });
        return {};
      }),
    setFullscreen: (on) =>
      attempt(async () => {
        await game.setFullscreen(on);
        return {};
      }),
    loadAsset: (path) =>
      attempt(async () => ({
        data: await game.downloads.bytes(game.downloads.resolve(`assets/${path}`, "AethelRuntime.loadAsset")),
      })),
    loadScene: (name) => attempt(async () => ({ scene: await game.readScene(name) })),
    saveGame: (slot, data) => attempt(async () => ({ persistent: await saves.write(slot, data) })),
    loadGame: (slot) => attempt(async () => ({ data: await saves.read(slot) })),
    listSaves: () => saves.list(),
    getPlatform: async () => ({ os: osName(), arch: "unknown", runtime: "web", version: game.manifest.game.version }),
    isDev: async () => game.manifest.configuration === "debug",
  };
}

async function attempt<T extends object>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { success: true, ...(await work()) };
  } catch (error) {
    return { success: false, error: messageOf(error) };
  }
}

function osName(): string {
  const agent = navigator.userAgent;
  const known: [RegExp, string][] = [
    [/Windows/, "windows"],
    [/Android/, "android"],
    [/iPhone|iPad|iPod/, "ios"],
    [/Mac OS X/, "macos"],
    [/Linux|CrOS/, "linux"],
  ];
  return known.find(([pattern]) => pattern.test(agent))?.[1] ?? "unknown";
}
