/** Transforms of `@aethel/core`: degrees, turned about y, then x, then z; left-handed where the scene is written so. */

import { Euler, MathUtils, Quaternion, Vector3 as ThreeVector3 } from "three";
import type { Vec3 } from "../../math/vectors";
import type { Entity } from "../../scene/entity";
import { live, mirrored, type Vector3 } from "./vector";

const transforms = new WeakMap<Entity, Transform>();

/** The one transform of an entity. */
export function transformOf(entity: Entity): Transform {
  const transform = transforms.get(entity) ?? new Transform(entity);
  transforms.set(entity, transform);
  return transform;
}

/** −1 in a scene whose scripts see z point away from the viewer. */
export function handOf(entity: Entity): 1 | -1 {
  return entity.scene.level.settings.handedness === "left" ? -1 : 1;
}

export class Transform {
  /** What was written stays what is read, also beyond a full turn, for as long as nothing else turns the entity. */
  private readonly angles = new Euler(0, 0, 0, "YXZ");
  private readonly turned = new Quaternion();
  private readonly places: Record<"position" | "rotation" | "scale", Vector3>;
  private readonly hand: 1 | -1;

  constructor(private readonly entity: Entity) {
    const { object3D } = entity;
    this.hand = handOf(entity);
    this.places = {
      position: live(
        () => ({ ...mirrored(object3D.position, this.hand) }),
        (value) => void object3D.position.copy(mirrored(value, this.hand) as Vec3 as ThreeVector3),
      ),
      rotation: live(
        () => this.degrees(),
        (value) => this.turn(value),
      ),
      scale: live(
        () => ({ x: object3D.scale.x, y: object3D.scale.y, z: object3D.scale.z }),
        (value) => void object3D.scale.copy(value as ThreeVector3),
      ),
    };
  }

  get position(): Vector3 {
    return this.places.position;
  }

  set position(value: Vec3) {
    Object.assign(this.places.position, { x: value.x, y: value.y, z: value.z });
  }

  get rotation(): Vector3 {
    return this.places.rotation;
  }

  set rotation(value: Vec3) {
    this.turn(value);
  }

  get scale(): Vector3 {
    return this.places.scale;
  }

  set scale(value: Vec3) {
    Object.assign(this.places.scale, { x: value.x, y: value.y, z: value.z });
  }

  /** Ahead in world space, length 1: +z in a left-handed scene, −z in others. */
  get forward(): Vector3 {
    return mirrored(this.entity.forward(), this.hand);
  }

  /** To the right in world space, length 1. */
  get right(): Vector3 {
    return mirrored(new ThreeVector3(1, 0, 0).applyQuaternion(this.entity.worldQuaternion()), this.hand);
  }

  private degrees(): Vec3 {
    const { quaternion } = this.entity.object3D;
    if (!quaternion.equals(this.turned)) this.angles.setFromQuaternion(this.turned.copy(quaternion));
    const { x, y, z } = this.angles;
    const { hand } = this;
    return {
      x: MathUtils.radToDeg(x) * hand + 0,
      y: MathUtils.radToDeg(y) * hand + 0,
      z: MathUtils.radToDeg(z),
    };
  }

  private turn({ x, y, z }: Vec3): void {
    const [pitch, yaw, roll] = [x * this.hand, y * this.hand, z].map(MathUtils.degToRad) as [number, number, number];
    this.angles.set(pitch, yaw, roll, "YXZ");
    this.entity.object3D.quaternion.setFromEuler(this.angles);
    this.turned.copy(this.entity.object3D.quaternion);
  }
}
