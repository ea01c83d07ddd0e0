// Six pictures around the scene, which is lit by them too.
import { camera, stage, subjects } from "./kit.js";

export default async function build({ THREE, renderer, width, height }) {
  const scene = subjects(stage());
  const cube = await new THREE.CubeTextureLoader().loadAsync(["px", "nx", "py", "ny", "pz", "nz"].map((side) => `/data/sky-${side}.png`));
  scene.background = cube;
  scene.environment = new THREE.PMREMGenerator(renderer).fromCubemap(cube).texture;
  scene.backgroundIntensity = scene.environmentIntensity = 0.8;
  return { scene, camera: camera(width, height, [0, 2, 6], [0, 0, 0], 70) };
}
