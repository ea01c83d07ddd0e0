/** What a preset of the graphics quality allows. */

import type { GameConfig, Preset } from "../core/manifest";
import type { LevelSettings, PostProcessingSettings } from "../scene/format/types";

interface Limits {
  /** Device pixels per CSS pixel, at most. */
  pixelRatio: number;
  shadowMap: number;
  /** Whether a level's post-processing is drawn. */
  effects: boolean;
}

const LIMITS: Record<Preset, Limits> = {
  low: { pixelRatio: 1, shadowMap: 512, effects: false },
  medium: { pixelRatio: 1.5, shadowMap: 1024, effects: true },
  high: { pixelRatio: 2, shadowMap: 2048, effects: true },
  ultra: { pixelRatio: 3, shadowMap: 4096, effects: true },
};

const ORDER: Preset[] = ["low", "medium", "high", "ultra"];

export function isPreset(value: unknown): value is Preset {
  return ORDER.includes(value as Preset);
}

const TEXTURE_SIDES: Record<Preset, number> = { low: 512, medium: 1024, high: 4096, ultra: Infinity };

export class Quality {
  /** The most pixels that whoever plays has asked for; null: as many as the preset allows. */
  maxPixels: { width: number; height: number } | null = null;

  constructor(
    public preset: Preset,
    private readonly game: Pick<GameConfig, "shadowQuality" | "textureQuality" | "shadows" | "bloom">,
  ) {}

  /** Device pixels per CSS pixel of a picture of that size, CSS pixels. */
  pixelRatio(width: number, height: number): number {
    const limit = this.maxPixels ? Math.max(this.maxPixels.width / width, this.maxPixels.height / height) : Infinity;
    return Math.min(devicePixelRatio || 1, LIMITS[this.preset].pixelRatio, limit);
  }

  /** Texels that a texture's longer side may have; larger ones are made smaller as they are loaded. */
  get textureSide(): number {
    return TEXTURE_SIDES[this.game.textureQuality];
  }

  /** What is drawn of a level's post-processing; null: nothing. */
  effects(settings: PostProcessingSettings): PostProcessingSettings | null {
    if (!settings.enabled || !LIMITS[this.preset].effects) return null;
    return this.game.bloom ? settings : { ...settings, bloom: { ...settings.bloom, enabled: false } };
  }

  /** Texels of a shadow map's side; 0: no shadows. The light or the level says how fine, the preset caps it; where they do not, the game does. */
  shadowMapSize({ shadowsEnabled, shadowQuality }: LevelSettings["lighting"], ofLight?: number): number {
    if (!shadowsEnabled || !this.game.shadows) return 0;
    const most = LIMITS[this.preset].shadowMap;
    if (ofLight !== undefined) return Math.min(ofLight, most);
    return Math.min(LIMITS[isPreset(shadowQuality) ? shadowQuality : this.game.shadowQuality].shadowMap, most);
  }
}
