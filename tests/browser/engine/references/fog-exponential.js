// Fog that thickens with the distance: 1 − e^(−density · distance), which three.js does not have.
import { camera, stage, subjects } from "./kit.js";

export default function build({ THREE, width, height }) {
  THREE.ShaderChunk.fog_fragment = THREE.ShaderChunk.fog_fragment.replace(
    /1\.0 - exp\([^;]*;/,
    "1.0 - exp( - fogDensity * vFogDepth );",
  );
  const scene = subjects(stage("#a0b0c0"));
  scene.fog = new THREE.FogExp2("#a0b0c0", 0.09);
  return { scene, camera: camera(width, height) };
}
