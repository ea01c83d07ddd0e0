/** What every scene is once it has been read, whichever of the two shapes its file had. */

import type { Quat, Vec3 } from "../../math/vectors";

export type AssetType = "texture" | "model" | "audio" | "material" | "animation" | "script" | "prefab";

export interface AssetEntry {
  id: string;
  type: AssetType;
  path: string;
  /** The document itself, where the level holds it in place of a file. */
  data?: Record<string, unknown>;
}

export interface ComponentData {
  type: string;
  data: Record<string, unknown>;
}

export interface EntityData {
  id: string;
  name: string;
  parentId: string | null;
  position: Vec3;
  rotation: Quat;
  scale: Vec3;
  components: ComponentData[];
  tags: string[];
  layer: number;
  active: boolean;
}

/**
 * A surface of heights, row by row from −z to +z (at z = −depth / 2 the first one), in each from −x to +x; metres, before the entity's scale.
 */
export interface Terrain {
  width: number;
  depth: number;
  columns: number;
  rows: number;
  heights: readonly number[];
}

export interface PrefabData {
  id: string;
  name: string;
  entities: EntityData[];
  rootEntityId: string;
}

export interface SkyboxSettings {
  type: "color" | "gradient" | "cubemap" | "hdri" | "procedural";
  color: string;
  gradientTop: string;
  gradientBottom: string;
  /** An asset; six of them for a cubemap (+x, −x, +y, −y, +z, −z). */
  texture: string | string[] | null;
  intensity: number;
  /** Of a procedural sky. */
  sunPosition: unknown;
  turbidity: number;
  rayleigh: number;
  mieCoefficient: number;
  mieDirectionalG: number;
}

export interface RenderingSettings {
  toneMapping: string;
  exposure: number;
  shadowType: string;
  /** One pixel is drawn for each of the page's, and texels keep their edges. */
  pixelPerfect: boolean;
}

export interface FogSettings {
  enabled: boolean;
  type: "linear" | "exponential" | "exponential2";
  color: string;
  density: number;
  near: number;
  far: number;
}

export interface PostProcessingSettings {
  enabled: boolean;
  bloom: { enabled: boolean; intensity: number; threshold: number; radius: number };
  dof: { enabled: boolean; focus: number; aperture: number };
  ssao: { enabled: boolean; radius: number; intensity: number };
  colorGrading: { enabled: boolean; saturation: number; contrast: number; brightness: number };
}

export interface LevelSettings {
  skybox: SkyboxSettings;
  lighting: {
    ambientColor: string;
    ambientIntensity: number;
    shadowsEnabled: boolean;
    /** Null: the game's. */
    shadowQuality: "low" | "medium" | "high" | "ultra" | null;
  };
  /** `fixedTimestep` in seconds; null: the game's. `maxSubSteps` null: by the length of a step. */
  physics: { gravity: Vec3; fixedTimestep: number | null; maxSubSteps: number | null };
  audio: { masterVolume: number; dopplerFactor: number; speedOfSound: number };
  fog: FogSettings;
  postProcessing: PostProcessingSettings;
  rendering: RenderingSettings;
  /** Which axes scripts on `@aethel/core` see; the scene's own data is right-handed. */
  handedness: "left" | "right";
}

export interface Level {
  name: string;
  assets: AssetEntry[];
  entities: EntityData[];
  prefabs: PrefabData[];
  settings: LevelSettings;
}
