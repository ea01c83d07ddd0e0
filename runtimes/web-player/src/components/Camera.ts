/** A camera, through which the game is seen. It looks along the entity's −z, or at a `target` in world space when the scene begins. */

import { OrthographicCamera, PerspectiveCamera, Vector2, Vector3 } from "three";
import { readVec3, type Vec3 } from "../math/vectors";
import type { Scene } from "../scene/scene";
import { Component, fromData } from "./component";

interface CameraData {
  type: string;
  /** Degrees, vertical. */
  fov: number;
  near: number;
  far: number;
  /** Half the height of what an orthographic camera sees. */
  orthographicSize: number;
  isMain: boolean;
  /** A bit for each layer that is shown. */
  cullingMask: number;
  target: unknown;
}

export class Camera extends Component<CameraData, "viewport"> {
  static readonly type = "Camera";
  static readonly defaults: CameraData = {
    type: "perspective",
    fov: 60,
    near: 0.1,
    far: 1000,
    orthographicSize: 10,
    isMain: false,
    cullingMask: -1,
    target: undefined,
  };

  threeCamera: PerspectiveCamera | OrthographicCamera = new PerspectiveCamera();

  override attach(): void {
    this.threeCamera = this.data.type === "orthographic" ? new OrthographicCamera() : new PerspectiveCamera();
    this.entity.object3D.add(this.threeCamera);
    if (this.data.target !== undefined) this.entity.lookAt(readVec3(this.data.target));
    this.fit(this.services.viewport.aspect);
  }

  override detach(): void {
    this.threeCamera.removeFromParent();
  }

  /** Follows the data and the picture's aspect (width over height). What a camera shows is its mask's, not its entity's layer. */
  fit(aspect: number): void {
    const { threeCamera: camera, data } = this;
    camera.near = data.near;
    camera.far = data.far;
    if (camera instanceof PerspectiveCamera) {
      camera.fov = data.fov;
      camera.aspect = aspect;
    } else {
      camera.top = data.orthographicSize;
      camera.bottom = -data.orthographicSize;
      camera.right = data.orthographicSize * aspect;
      camera.left = -camera.right;
    }
    camera.layers.mask = data.cullingMask | 0;
    camera.updateProjectionMatrix();
  }

  // ── For scripts ──

  declare fov: number;
  declare near: number;
  declare far: number;
  declare orthographicSize: number;
  declare cullingMask: number;

  makeMain(): void {
    for (const camera of this.entity.scene.all(Camera)) camera.data.isMain = camera === this;
  }

  toScreen(position: Vec3): { x: number; y: number; visible: boolean } {
    this.threeCamera.updateWorldMatrix(true, false);
    const { width, height } = this.services.viewport.size;
    const at = new Vector3(position.x, position.y, position.z).project(this.threeCamera);
    return { x: ((at.x + 1) / 2) * width, y: ((1 - at.y) / 2) * height, visible: Math.abs(at.z) <= 1 };
  }

  ray(x: number, y: number): { origin: Vector3; direction: Vector3 } {
    this.threeCamera.updateWorldMatrix(true, false);
    const { width, height } = this.services.viewport.size;
    const at = new Vector2((x / width) * 2 - 1, 1 - (y / height) * 2);
    const near = new Vector3(at.x, at.y, -1).unproject(this.threeCamera);
    const far = new Vector3(at.x, at.y, 1).unproject(this.threeCamera);
    return { origin: near, direction: far.sub(near).normalize() };
  }
}

/** The camera that the player looks through: the one marked as main, else the first that takes part. */
export function mainCamera(scene: Scene): Camera | null {
  let first: Camera | null = null;
  for (const camera of scene.all(Camera)) {
    if (!camera.attached || !camera.entity.activeInHierarchy) continue;
    if (camera.data.isMain) return camera;
    first ??= camera;
  }
  return first;
}

fromData(Camera, "fov", "near", "far", "orthographicSize", "cullingMask");
