/**
 * The script API of the engine's templates: what `import … from "@aethel/core"` gives a game's scripts.
 *
 * Put this file anywhere in your project, and your editor completes and checks your scripts; nothing of it ships.
 *
 * ```ts
 * import { Component, Input } from "@aethel/core";
 *
 * export class Walker extends Component {
 *   speed = 4; // the scene may set it
 *
 *   onUpdate(delta: number) {
 *     this.transform.position.x += Input.getAxis("Horizontal") * this.speed * delta;
 *   }
 * }
 * ```
 *
 * Units: metres, seconds, degrees. Axes: x right, y up. In scenes of the templates (`.scene`) z points ahead, away from the viewer, and angles
 * are turned about y, then x, then z, left-handed: a positive y turns right, a positive x looks down. In other scenes z points at the viewer
 * and angles are right-handed.
 */
declare module "@aethel/core" {
  /** Anything with three numbers. */
  export interface Vector3Like {
    x: number;
    y: number;
    z: number;
  }

  /** Every operation gives a new one. */
  export class Vector3 implements Vector3Like {
    constructor(x?: number, y?: number, z?: number);
    x: number;
    y: number;
    z: number;
    add(other: Vector3Like): Vector3;
    multiply(factor: number): Vector3;
    /** The same direction with length 1; a vector of length 0 stays one. */
    normalize(): Vector3;
  }

  /** Where an entity stands, relative to its parent. Live: write to `position.x`, or assign a whole vector. */
  export interface Transform {
    get position(): Vector3;
    set position(value: Vector3Like);
    /** Degrees. */
    get rotation(): Vector3;
    set rotation(value: Vector3Like);
    get scale(): Vector3;
    set scale(value: Vector3Like);
    /** Directions in world space, length 1. */
    readonly forward: Vector3;
    readonly right: Vector3;
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  export type ComponentType<T> = abstract new (...given: any[]) => T;

  /**
   * The class that a script extends. A scene names it by its own name; it has to be exported. Fields are defaults, which the scene may set.
   * A script that throws is reported with file and line, and only that script on that entity stops.
   */
  export abstract class Component {
    readonly transform: Transform;
    /** A component of the same entity, of the engine or a script, by its class; null where it has none. */
    getComponent<T>(type: ComponentType<T>): T;
    /** Likewise, of the entity or of the first of its descendants that has one. */
    getComponentInChildren<T>(type: ComponentType<T>): T;
    /** Once, before the first update, when every entity of the scene is there. */
    onStart?(): void | Promise<void>;
    /** Every frame. `delta`: seconds since the last one. */
    onUpdate?(delta: number): void;
    /** The entity is going, or its scene. */
    onDestroy?(): void;
    /** Two solid colliders begin, and cease, to touch. */
    onCollisionEnter?(hit: Collision): void;
    onCollisionExit?(hit: Collision): void;
  }

  export const Input: {
    /** `Horizontal` (A, D, arrows) and `Vertical` (S, W, arrows): −1, 0 or 1. `MouseX` (right) and `MouseY` (up): 0.1 a pixel. */
    getAxis(name: "Horizontal" | "Vertical" | "MouseX" | "MouseY" | (string & {})): number;
    /** Actions of the configuration. Held; went down in this frame; came up in this frame. */
    getButton(action: string): boolean;
    getButtonDown(action: string): boolean;
    getButtonUp(action: string): boolean;
    /** Hides the cursor and keeps the mouse inside, from the next click on the picture on. */
    lockCursor(on: boolean): void;
  };

  export class RigidBody {
    readonly transform: Transform;
    /** Metres a second in world space. Live. */
    get velocity(): Vector3;
    set velocity(value: Vector3Like);
    /** Newtons for the next physics step, or newton seconds at once. */
    addForce(force: Vector3Like, mode?: "force" | "impulse"): void;
  }

  /** A body that moves in x and y alone. */
  export class RigidBody2D {
    readonly transform: Transform;
    get velocity(): { x: number; y: number };
    set velocity(value: { x: number; y: number });
    addForce(force: { x: number; y: number }, mode?: "force" | "impulse"): void;
  }

  export class Camera {
    /** What the game is seen through. */
    static readonly main: Camera;
    readonly transform: Transform;
  }

  export class Animator {
    readonly transform: Transform;
    /** A state of the controller, or a clip of the model. It goes on where it plays already. */
    play(state: string): void;
  }

  export class AudioSource {
    readonly transform: Transform;
    play(): void;
    stop(): void;
  }

  export class ParticleSystem {
    readonly transform: Transform;
    /** So many at once. */
    emit(count: number): void;
  }
}

/** What scripts on `@aethel/core` and `@aethel/ui` use without an import. */
interface Collision {
  /** Away from the other one, in world space. */
  readonly normal: import("@aethel/core").Vector3;
  readonly point: import("@aethel/core").Vector3;
  /** Of the other entity. */
  readonly name: string;
}
type Collision2D = Collision;

declare const Time: {
  /** Seconds of play. */
  readonly time: number;
  /** Seconds since the last frame. */
  readonly deltaTime: number;
  /** Resolves after so many seconds of play. */
  delay(seconds: number): Promise<void>;
};

interface Math {
  clamp(value: number, min: number, max: number): number;
}
