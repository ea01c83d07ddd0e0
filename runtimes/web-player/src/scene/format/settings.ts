/** A level's settings with the engine's defaults filled in. */

import type { LevelSettings } from "./types";
import { readVec3 } from "../../math/vectors";

type Json = Record<string, unknown>;

const DEFAULTS = {
  skybox: {
    type: "color",
    color: "#87CEEB",
    gradientTop: "#3A7BD5",
    gradientBottom: "#C9E4F6",
    texture: null,
    intensity: 1,
    sunPosition: [-0.81, 0.31, -0.59],
    turbidity: 10,
    rayleigh: 0.5,
    mieCoefficient: 0.005,
    mieDirectionalG: 0.8,
  },
  lighting: { ambientColor: "#404040", ambientIntensity: 0.5, shadowsEnabled: true, shadowQuality: "medium" },
  physics: { fixedTimestep: 0.02, maxSubSteps: null },
  audio: { masterVolume: 1, dopplerFactor: 1, speedOfSound: 343 },
  fog: { enabled: false, type: "linear", color: "#CCCCCC", density: 0.02, near: 10, far: 100 },
  rendering: { toneMapping: "aces", exposure: 1, shadowType: "pcf", pixelPerfect: false },
} as const;

const EFFECTS = {
  bloom: { enabled: false, intensity: 0.5, threshold: 0.85, radius: 0.4 },
  dof: { enabled: false, focus: 10, aperture: 0.025 },
  ssao: { enabled: false, radius: 0.5, intensity: 1 },
  colorGrading: { enabled: false, saturation: 1, contrast: 1, brightness: 1 },
} as const;

export const GRAVITY = { x: 0, y: -9.81, z: 0 };

export function readSettings(given: unknown): LevelSettings {
  const from = asObject(given);
  const effects = asObject(from["postProcessing"]);
  const physics = asObject(from["physics"]);
  return {
    skybox: { ...DEFAULTS.skybox, ...known(from["skybox"]) },
    lighting: { ...DEFAULTS.lighting, ...known(from["lighting"]) },
    physics: { ...DEFAULTS.physics, ...known(physics), gravity: readVec3(physics["gravity"], GRAVITY) },
    audio: { ...DEFAULTS.audio, ...known(from["audio"]) },
    fog: { ...DEFAULTS.fog, ...known(from["fog"]) },
    postProcessing: {
      enabled: effects["enabled"] === true,
      bloom: { ...EFFECTS.bloom, ...known(effects["bloom"]) },
      dof: { ...EFFECTS.dof, ...known(effects["dof"]) },
      ssao: { ...EFFECTS.ssao, ...known(effects["ssao"]) },
      colorGrading: { ...EFFECTS.colorGrading, ...known(effects["colorGrading"]) },
    },
    rendering: { ...DEFAULTS.rendering, ...known(from["rendering"]) },
    handedness: from["handedness"] === "left" ? "left" : "right",
  };
}

export function asObject(value: unknown): Json {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Json) : {};
}

/** An object without its nulls: a null in a file means "as by default". */
function known(value: unknown): Json {
  return Object.fromEntries(
    Object.entries(asObject(value)).filter(([, field]) => field !== null && field !== undefined),
  );
}
