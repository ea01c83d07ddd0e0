// Fog that is nothing at 4 metres and everything at 10.
import { camera, stage, subjects } from "./kit.js";

export default function build({ THREE, width, height }) {
  const scene = subjects(stage("#a0b0c0"));
  scene.fog = new THREE.Fog("#a0b0c0", 4, 10);
  return { scene, camera: camera(width, height) };
}
