/** The procedural sky: a chunk of its own, for scenes that ask for it. */

import { Vector3, type ShaderMaterial } from "three";
import { Sky } from "three/addons/objects/Sky.js";
import { readVec3 } from "../math/vectors";
import type { SkyboxSettings } from "../scene/format/types";

/** Far beyond everything; the shader draws it behind all else, whatever the camera's far plane. */
const SIDE_M = 450_000;

/** Adds what the editor's sky has: it came with a curve that three.js has dropped since, and without clouds. */
const CURVE: [string, string] = [
  "gl_FragColor = vec4( texColor, 1.0 );",
  "gl_FragColor = vec4( pow( texColor, vec3( 1.0 / ( 1.2 + 1.2 * vSunfade ) ) ), 1.0 );",
];

export function proceduralSky(settings: SkyboxSettings): Sky {
  const sky = new Sky();
  const material = sky.material as ShaderMaterial;
  material.fragmentShader = `varying float vSunfade;\n${material.fragmentShader.replace(...CURVE)}`;
  const { turbidity, rayleigh, mieCoefficient, mieDirectionalG } = settings;
  const values = {
    ...{ turbidity, rayleigh, mieCoefficient, mieDirectionalG, cloudCoverage: 0 },
    sunPosition: new Vector3().copy(readVec3(settings.sunPosition) as Vector3),
  };
  for (const [name, value] of Object.entries(values)) (material.uniforms[name] as { value: unknown }).value = value;
  sky.scale.setScalar(SIDE_M);
  sky.layers.enableAll(); // whatever a camera shows, the sky is there
  return sky;
}
