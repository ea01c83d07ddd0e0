// Corners are darker.
import { GTAOPass } from "three/addons/postprocessing/GTAOPass.js";
import { camera, composed, stage, subjects } from "./kit.js";

export default async function build({ renderer, width, height }) {
  return {
    scene: subjects(stage("#203040", ["#ffffff", 1.5])),
    camera: camera(width, height),
    compose: await composed(renderer, width, height, (scene, eye) => {
      const occlusion = new GTAOPass(scene, eye, width, height);
      occlusion.updateGtaoMaterial({ radius: 1.2 });
      occlusion.blendIntensity = 1;
      return { before: [occlusion] };
    }),
  };
}
