/** A view that whoever films the game sets, in the place of the game's own camera. */

import { PerspectiveCamera, type Camera } from "three";

type Triple = readonly [number, number, number];

/** From a place in world space to another. */
export interface FilmView {
  position: Triple;
  target: Triple;
  /** Degrees, vertical; null: as wide as the game's own camera. */
  fov: number | null;
}

export class FilmCamera {
  /** One for the whole film: effects are made for a camera. */
  private readonly camera = new PerspectiveCamera();

  /** What the film sees; planes, layers and, where none is given, the angle are those of the game's own camera. */
  seeing({ position, target, fov }: FilmView, own: Camera, aspect: number): PerspectiveCamera {
    const { camera } = this;
    if (own instanceof PerspectiveCamera) [camera.fov, camera.near, camera.far] = [own.fov, own.near, own.far];
    camera.layers.mask = own.layers.mask;
    if (fov !== null) camera.fov = fov;
    camera.aspect = aspect;
    camera.position.set(...position);
    camera.lookAt(...target);
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
    return camera;
  }
}
