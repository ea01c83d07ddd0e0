/** The engine's components as scripts on `@aethel/core` see them. */

import type { Animator as AnimatorComponent } from "../../components/Animator";
import type { AudioSource as AudioComponent } from "../../components/AudioSource";
import type { Camera as CameraComponent } from "../../components/Camera";
import type { ParticleSystem as ParticleComponent } from "../../components/ParticleSystem";
import type { RigidBody as BodyComponent } from "../../components/RigidBody";
import type { Vec3 } from "../../math/vectors";
import type { Entity, EntityComponent } from "../../scene/entity";
import { currentGame } from "../current";
import { handOf, transformOf, type Transform } from "./transform";
import { live, mirrored, type Vector3 } from "./vector";

/** How scripts name what they want: by its class. */
export type ComponentType<T extends object> = abstract new (...given: never[]) => T;

const STILL: Vec3 = { x: 0, y: 0, z: 0 };

abstract class Handle<C extends EntityComponent = EntityComponent> {
  readonly transform: Transform;

  constructor(protected readonly component: C) {
    this.transform = transformOf(component.entity);
  }
}

interface HandleClass {
  readonly component: string;
  new (component: EntityComponent): object;
}

/** Null where the class is none of these, or the entity has no such component. */
export function handleOf<T extends object>(entity: Entity, type: ComponentType<T>): T | null {
  if (!((type.prototype as unknown) instanceof Handle)) return null;
  const kind = type as unknown as HandleClass;
  const component = entity.getComponent(kind.component);
  return component && (new kind(component) as T);
}

export class RigidBody extends Handle<BodyComponent> {
  static readonly component = "RigidBody";
  private readonly hand = handOf(this.component.entity);
  private readonly speed = live(
    () => ({ ...mirrored(this.component.velocity, this.hand) }),
    (value) => (this.component.velocity = mirrored(value, this.hand)),
  );

  /** Metres a second in world space. */
  get velocity(): Vector3 {
    return this.speed;
  }

  set velocity(value: Partial<Vec3>) {
    this.component.velocity = mirrored({ ...this.speed, ...value }, this.hand);
  }

  /** Newtons for the next step, or an impulse in newton seconds. */
  addForce(force: Partial<Vec3>, mode: "force" | "impulse" = "force"): void {
    const vector = mirrored({ ...STILL, ...force }, this.hand);
    if (mode === "impulse") this.component.applyImpulse(vector);
    else this.component.applyForce(vector);
  }
}

/** The same in x and y; z is kept. */
export class RigidBody2D extends RigidBody {}

export class Camera extends Handle<CameraComponent> {
  static readonly component = "Camera";

  /** What the game is seen through; null where the scene has no camera. */
  static get main(): Camera | null {
    const { camera } = currentGame();
    return camera && new Camera(camera);
  }
}

export class Animator extends Handle<AnimatorComponent> {
  static readonly component = "Animator";

  /** Goes on where it plays already, so that it may be called every frame. */
  play(state: string): void {
    if (this.component.state !== state) this.component.play(state);
  }
}

export class AudioSource extends Handle<AudioComponent> {
  static readonly component = "AudioSource";

  play(): void {
    this.component.play();
  }

  stop(): void {
    this.component.stop();
  }
}

export class ParticleSystem extends Handle<ParticleComponent> {
  static readonly component = "ParticleSystem";

  /** So many at once. */
  emit(count: number): void {
    this.component.emit(count);
  }
}
