// What is bright glares.
import { UnrealBloomPass } from "three/addons/postprocessing/UnrealBloomPass.js";
import { camera, composed, stage, subjects } from "./kit.js";

export default async function build({ THREE, renderer, width, height }) {
  const bloom = new UnrealBloomPass(new THREE.Vector2(width, height), 0.4, 0.4, 0.7);
  return {
    scene: subjects(stage("#203040")),
    camera: camera(width, height),
    compose: await composed(renderer, width, height, () => ({ before: [bloom] })),
  };
}
