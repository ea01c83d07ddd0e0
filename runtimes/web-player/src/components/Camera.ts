/** An eye. It looks along the entity's −z, or at a `target` in world space when the scene begins. */

import { OrthographicCamera, PerspectiveCamera, Vector2, Vector3 } from "three";
import { readVec3, type Vec3 } from "../math/vectors";
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

export class Camera extends Component<CameraData> {
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

  eye: PerspectiveCamera | OrthographicCamera = new PerspectiveCamera();

  override attach(): void {
    this.eye = this.data.type === "orthographic" ? new OrthographicCamera() : new PerspectiveCamera();
    this.entity.object3D.add(this.eye);
    if (this.data.target !== undefined) this.entity.lookAt(readVec3(this.data.target));
    this.fit(this.game.stage.aspect);
  }

  override detach(): void {
    this.eye.removeFromParent();
  }

  /** Follows the picture's shape, width over height. Also: the entity's layer is not the eye's. */
  fit(aspect: number): void {
    const { eye, data } = this;
    eye.near = data.near;
    eye.far = data.far;
    if (eye instanceof PerspectiveCamera) {
      eye.fov = data.fov;
      eye.aspect = aspect;
    } else {
      eye.top = data.orthographicSize;
      eye.bottom = -data.orthographicSize;
      eye.right = data.orthographicSize * aspect;
      eye.left = -eye.right;
    }
    eye.layers.mask = data.cullingMask | 0;
    eye.updateProjectionMatrix();
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
    this.eye.updateWorldMatrix(true, false);
    const { width, height } = this.game.stage.size;
    const at = new Vector3(position.x, position.y, position.z).project(this.eye);
    return { x: ((at.x + 1) / 2) * width, y: ((1 - at.y) / 2) * height, visible: Math.abs(at.z) <= 1 };
  }

  ray(x: number, y: number): { origin: Vector3; direction: Vector3 } {
    this.eye.updateWorldMatrix(true, false);
    const { width, height } = this.game.stage.size;
    const at = new Vector2((x / width) * 2 - 1, 1 - (y / height) * 2);
    const near = new Vector3(at.x, at.y, -1).unproject(this.eye);
    const far = new Vector3(at.x, at.y, 1).unproject(this.eye);
    return { origin: near, direction: far.sub(near).normalize() };
  }
}

fromData(Camera, "fov", "near", "far", "orthographicSize", "cullingMask");
