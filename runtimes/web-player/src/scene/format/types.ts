/** What every scene is once it has been read, whichever of the two shapes its file had. */

import type { Quat, Vec3 } from "../../math/vectors";

export type AssetType = "texture" | "model" | "audio" | "material" | "animation" | "script" | "prefab";

export interface AssetEntry {
  id: string;
  type: AssetType;
  path: string;
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

export interface PrefabData {
  id: string;
  name: string;
  entities: EntityData[];
  rootEntityId: string;
}

export interface SkyboxSettings {
  type: "color" | "gradient" | "cubemap" | "hdri";
  color: string;
  gradientTop: string;
  gradientBottom: string;
  /** An asset; six of them for a cubemap (+x, −x, +y, −y, +z, −z). */
  texture: string | string[] | null;
  intensity: number;
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
  /** `fixedTimestep` in seconds; null: the game's. */
  physics: { gravity: Vec3; fixedTimestep: number | null; maxSubSteps: number };
  audio: { masterVolume: number; dopplerFactor: number; speedOfSound: number };
  fog: FogSettings;
  postProcessing: PostProcessingSettings;
}

export interface Level {
  name: string;
  assets: AssetEntry[];
  entities: EntityData[];
  prefabs: PrefabData[];
  settings: LevelSettings;
}
