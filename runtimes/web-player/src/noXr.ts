/** In the place of three's WebXRManager, in the lean variant: the player itself shows nothing in VR. */
export class WebXRManager {
  enabled = false;
  readonly isPresenting = false;
  readonly cameraAutoUpdate = true;
  getEnvironmentBlendMode(): undefined {}
  setAnimationLoop(): void {}
  addEventListener(): void {}
  removeEventListener(): void {}
  dispose(): void {}
}
