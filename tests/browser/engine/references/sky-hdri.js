// A panorama of high dynamic range behind the scene and as its light.
import { HDRLoader } from "three/addons/loaders/HDRLoader.js";
import { camera, stage, subjects } from "./kit.js";

export default async function build({ THREE, width, height }) {
  const scene = subjects(stage());
  const sky = await new HDRLoader().loadAsync("/data/sky.hdr");
  sky.mapping = THREE.EquirectangularReflectionMapping;
  scene.background = scene.environment = sky;
  return { scene, camera: camera(width, height, [0, 2, 6], [0, 0, 0], 70) };
}
