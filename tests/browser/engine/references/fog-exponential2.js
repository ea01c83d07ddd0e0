// Fog that thickens with the square of the distance.
import { camera, stage, subjects } from "./kit.js";

export default function build({ THREE, width, height }) {
  const scene = subjects(stage("#a0b0c0"));
  scene.fog = new THREE.FogExp2("#a0b0c0", 0.09);
  return { scene, camera: camera(width, height) };
}
