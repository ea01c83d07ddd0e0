// Sharp at five metres, blurred before and behind.
import { BokehPass } from "three/addons/postprocessing/BokehPass.js";
import { camera, composed, stage, subjects } from "./kit.js";

export default async function build({ renderer, width, height }) {
  return {
    scene: subjects(stage("#203040")),
    camera: camera(width, height),
    compose: await composed(renderer, width, height, (scene, eye) => ({
      before: [new BokehPass(scene, eye, { focus: 5, aperture: 0.003, maxblur: 0.01 })],
    })),
  };
}
