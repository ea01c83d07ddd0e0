/** The settings that whoever plays has chosen; kept per game. */

import type { BootManifest, Preset } from "../core/manifest";
import type { Volumes } from "../audio/types";
import { Settings } from "../core/storage";

export interface UserSettings {
  resolution: { width: number; height: number };
  fullscreen: boolean;
  vsync: boolean;
  volume: Volumes;
  language: string;
  graphicsPreset: Preset;
}

const FULL: Volumes = { master: 1, music: 1, sfx: 1, voice: 1 };

export function readUserSettings({ gameId, game }: BootManifest): Settings<UserSettings> {
  const settings = new Settings<UserSettings>(`aethel:${gameId}:settings`, {
    resolution: game.resolution,
    fullscreen: game.fullscreen,
    vsync: game.vsync,
    volume: { ...FULL, ...game.audio },
    language: navigator.language,
    graphicsPreset: game.graphicsPreset,
  });
  settings.values.volume = { ...FULL, ...game.audio, ...settings.values.volume }; // what was stored may be older than a bus
  return settings;
}
