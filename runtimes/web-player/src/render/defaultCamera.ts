/** The engine's own view, for a scene without a camera. */

import { PerspectiveCamera } from "three";

const camera = new PerspectiveCamera(75, 1, 0.1, 1000);

export function defaultCamera(aspect: number): PerspectiveCamera {
  camera.position.set(0, 5, 10);
  camera.aspect = aspect;
  camera.updateProjectionMatrix();
  camera.updateMatrixWorld();
  return camera;
}
