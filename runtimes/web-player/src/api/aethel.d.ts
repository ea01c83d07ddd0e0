/**
 * The scripting API of the Aethel player: what `import … from "aethel"` gives a game's scripts.
 *
 * Put this file anywhere in your project and your editor completes and checks your scripts; nothing of it ships.
 * A script is a file of the project that exports a class by default, or plain functions:
 *
 * ```ts
 * import { Script, input } from "aethel";
 *
 * export default class Mover extends Script<{ speed: number }> {
 *   update(dt: number): void {
 *     this.entity.position.x += input.axis("moveX") * (this.properties.speed ?? 3) * dt;
 *   }
 * }
 * ```
 *
 * ```ts
 * export function update(ctx, dt) { ctx.entity.rotation.y += dt; }
 * ```
 *
 * Units: metres, seconds, radians, kilograms. Axes: x right, y up, z towards the viewer; forward is −z.
 */
declare module "aethel" {
  // ── Vectors ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Anything with three numbers. */
  export interface Vec3Like {
    x: number;
    y: number;
    z: number;
  }

  /** A three.js `Vector3`: the most used part; every other method of it is there too. */
  export interface Vec3 extends Vec3Like {
    set(x: number, y: number, z: number): this;
    copy(v: Vec3Like): this;
    clone(): Vec3;
    add(v: Vec3Like): this;
    sub(v: Vec3Like): this;
    addScaledVector(v: Vec3Like, scale: number): this;
    multiplyScalar(scale: number): this;
    lerp(v: Vec3Like, alpha: number): this;
    normalize(): this;
    length(): number;
    lengthSq(): number;
    distanceTo(v: Vec3Like): number;
    dot(v: Vec3Like): number;
    cross(v: Vec3Like): this;
    applyQuaternion(q: Quat): this;
  }

  /** A three.js `Quaternion`. */
  export interface Quat {
    x: number;
    y: number;
    z: number;
    w: number;
    set(x: number, y: number, z: number, w: number): this;
    copy(q: { x: number; y: number; z: number; w: number }): this;
    clone(): Quat;
    multiply(q: Quat): this;
    slerp(q: Quat, alpha: number): this;
    setFromAxisAngle(axis: Vec3Like, angle: number): this;
    invert(): this;
  }

  /** A three.js `Euler`, radians, order XYZ. Writing to it turns the entity, as does its `quaternion`. */
  export interface Angles extends Vec3Like {
    set(x: number, y: number, z: number): this;
  }

  // ── Scripts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What a script's methods and functions work with. */
  export interface ScriptContext<P = Record<string, unknown>> {
    /** The entity that carries the script. */
    readonly entity: Entity;
    /** What the scene sets for this script; a missing one is undefined. */
    readonly properties: Partial<P>;
  }

  /**
   * The class that a script extends. Every method is optional. One that throws is reported with the script's own
   * file and line, and only that script on that entity stops; the game goes on.
   */
  export class Script<P = Record<string, unknown>> implements ScriptContext<P> {
    readonly entity: Entity;
    readonly properties: Partial<P>;
    /** Once, before the first update, when every entity of the scene is there. May be async; updates do not wait. */
    start?(): void | Promise<void>;
    /** Every frame. `dt`: seconds since the last one, at most 0.1 and what the physics steps of a frame hold, times `time.scale`. */
    update?(dt: number): void;
    /** Every physics step, before it is taken: forces belong here. All that it reads is of this step. `dt`: the fixed time step in seconds. */
    fixedUpdate?(dt: number): void;
    /** Every frame after every update and animation: cameras that follow belong here. */
    lateUpdate?(dt: number): void;
    /** The entity is going, or its scene. */
    destroyed?(): void;
    /** Two solid colliders begin to touch. */
    onCollision?(other: Entity, contact: Contact): void;
    onCollisionEnd?(other: Entity): void;
    /** Something enters a collider with `isTrigger`, on either of the two. */
    onTrigger?(other: Entity): void;
    onTriggerEnd?(other: Entity): void;
  }

  /** Where two colliders touch. */
  export interface Contact {
    /** World space. */
    point: Vec3;
    /** Away from the other entity. */
    normal: Vec3;
    /** Newton seconds. */
    impulse: number;
  }

  // ── Entities ────────────────────────────────────────────────────────────────────────────────────────────────────

  export interface Entity {
    readonly id: string;
    name: string;
    readonly tags: Set<string>;
    /** 0 to 31. A camera's `cullingMask` and a ray cast's `layers` choose by it. */
    layer: number;
    /** Its own switch. An entity takes part when it and all its ancestors are active. */
    active: boolean;
    readonly activeInHierarchy: boolean;
    /** Setting it keeps the local transform. Null: a root of the scene. */
    parent: Entity | null;
    readonly children: readonly Entity[];
    /** False once destroyed; every other use of it is then without effect. */
    readonly alive: boolean;

    /** Relative to the parent; live: write to them. A dynamic body is moved along (a teleport). */
    readonly position: Vec3;
    readonly rotation: Angles;
    readonly quaternion: Quat;
    readonly scale: Vec3;
    worldPosition(): Vec3;
    worldQuaternion(): Quat;
    /** The local −z axis in world space, length 1. */
    forward(): Vec3;
    /** Turns so that −z points at a place in world space, or at an entity. */
    lookAt(target: Vec3Like | Entity): void;
    /** Moves along its own axes. */
    translate(x: number, y: number, z: number): void;

    /** The handle of a component, or null. */
    getComponent<T extends keyof Components>(type: T): Components[T] | null;
    /** Adds one with the scene format's data; what it needs is loaded first (if it is removed before, it never takes effect). Throws for a type that there is not. */
    addComponent<T extends keyof Components>(type: T, data?: Record<string, unknown>): Components[T];
    removeComponent(type: keyof Components): void;
    /** Short for getComponent of RigidBody, Camera, Light, Animator, AudioSource, ParticleSystem, NavMeshAgent. */
    readonly body: Body | null;
    readonly camera: Camera | null;
    readonly light: Light | null;
    readonly animator: Animator | null;
    readonly audio: AudioSource | null;
    readonly particles: ParticleSystem | null;
    readonly agent: NavMeshAgent | null;

    /** The running script of that class (or of that project path) on this entity, or null. */
    script<S extends object>(type: new () => S): S | null;
    script(path: string): ScriptContext | null;
    find(name: string): Entity | null;
    /** With all its children, at the end of the frame. */
    destroy(): void;
    /** The three.js object behind it, for what this API does not offer. */
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    readonly object3D: any;
  }

  export interface Components {
    MeshRenderer: MeshRenderer;
    Light: Light;
    Camera: Camera;
    Collider: Collider;
    RigidBody: Body;
    FallingBody: FallingBody;
    AudioSource: AudioSource;
    Script: ScriptHandle;
    ParticleSystem: ParticleSystem;
    Animator: Animator;
    NavMeshAgent: NavMeshAgent;
  }

  export interface MeshRenderer {
    visible: boolean;
    castShadows: boolean;
    receiveShadows: boolean;
    /** Of the first material, for this entity alone: `"#ff8800"`. */
    color: string;
    /** 0 to 1, of every material, for this entity alone. */
    opacity: number;
    /** Asset ids or paths of materials; the nth is that of the nth mesh, the last one serves the rest. None: the model's own. */
    setMaterials(ids: readonly string[]): Promise<void>;
  }

  export interface Light {
    color: string;
    intensity: number;
    range: number;
    angle: number;
    penumbra: number;
    castShadows: boolean;
    enabled: boolean;
  }

  export interface Camera {
    /** Degrees, vertical. */
    fov: number;
    near: number;
    far: number;
    /** Half of the height that an orthographic camera sees. */
    orthographicSize: number;
    /** A bit per layer that it shows; all by default. */
    cullingMask: number;
    /** The game looks through it from now on. */
    makeMain(): void;
    /** World space to screen: x and y in CSS pixels from the top left; `visible` when in front of the camera. */
    toScreen(position: Vec3Like): { x: number; y: number; visible: boolean };
    /** A ray from the camera through a screen position, in CSS pixels. */
    ray(x: number, y: number): { origin: Vec3; direction: Vec3 };
  }

  export interface Collider {
    readonly isTrigger: boolean;
    enabled: boolean;
    friction: number;
    restitution: number;
  }

  /** A RigidBody. Vectors are in world space. */
  export interface Body {
    readonly mass: number;
    readonly isKinematic: boolean;
    velocity: Vec3Like;
    angularVelocity: Vec3Like;
    useGravity: boolean;
    readonly sleeping: boolean;
    setVelocity(velocity: Vec3Like): void;
    /** Newtons, for the next physics step: call it in `fixedUpdate`. */
    applyForce(force: Vec3Like, at?: Vec3Like): void;
    /** Newton seconds, at once. */
    applyImpulse(impulse: Vec3Like, at?: Vec3Like): void;
    applyTorque(torque: Vec3Like): void;
    applyTorqueImpulse(torque: Vec3Like): void;
    /** Moves without physics in between. Angles in radians. */
    teleport(position: Vec3Like, rotation?: Vec3Like): void;
    wake(): void;
  }

  /** Falls straight down to the ground and bounces there, through everything else. */
  export interface FallingBody {
    /** m/s², along the world's y. */
    gravity: number;
    /** Height of the ground; half of the entity's scale comes on top of it. */
    ground: number;
    /** The part of its speed that it keeps. */
    bounce: number;
    /** m/s: a slower bounce is none. */
    restSpeed: number;
    /** m/s, upwards. */
    velocity: number;
  }

  export interface AudioSource {
    volume: number;
    pitch: number;
    loop: boolean;
    readonly playing: boolean;
    /** Another clip: asset id or path. */
    clip: string;
    play(): void;
    pause(): void;
    stop(): void;
  }

  export interface ScriptHandle {
    enabled: boolean;
    readonly path: string;
  }

  export interface ParticleSystem {
    emissionRate: number;
    readonly emitting: boolean;
    readonly count: number;
    play(): void;
    /** Emits no more; living particles end their lives. */
    stop(): void;
    /** So many at once. */
    emit(count: number): void;
    clear(): void;
  }

  export interface Animator {
    readonly state: string | null;
    readonly clips: readonly string[];
    speed: number;
    /** Fades from what plays to a state of the controller, or to a clip of the model. */
    play(state: string, fade?: number): void;
    stop(): void;
    /** Parameters decide about transitions (`when`). */
    set(parameter: string, value: number | boolean): void;
    get(parameter: string): number | boolean | undefined;
    /** Sets a boolean parameter that the first transition which reads it clears again. */
    trigger(parameter: string): void;
  }

  /** Walks to its goal by the shortest way over fixed colliders, around other agents; where there is no such ground, straight. */
  export interface NavMeshAgent {
    speed: number;
    acceleration: number;
    stoppingDistance: number;
    readonly destination: Vec3 | null;
    readonly velocity: Vec3;
    readonly arrived: boolean;
    setDestination(target: Vec3Like | Entity): void;
    stop(): void;
  }

  // ── Scene ───────────────────────────────────────────────────────────────────────────────────────────────────────

  export interface SpawnOptions {
    position?: Vec3Like;
    /** Euler angles, radians. */
    rotation?: Vec3Like;
    scale?: Vec3Like;
    parent?: Entity | null;
    name?: string;
  }

  export interface CreateOptions extends SpawnOptions {
    tags?: readonly string[];
    layer?: number;
    /** As in the scene format. */
    components?: readonly { type: keyof Components; data?: Record<string, unknown> }[];
  }

  export const scene: {
    readonly name: string;
    readonly entities: readonly Entity[];
    /** The first of that name, in the scene's order; inactive ones too. */
    find(name: string): Entity | null;
    findByTag(tag: string): Entity[];
    byId(id: string): Entity | null;
    /** Makes an instance of a prefab of this scene or of a prefab asset; id, name or path. The entity is there at once, with all that it needs. Throws when there is no such prefab. */
    spawn(prefab: string, options?: SpawnOptions): Entity;
    create(options?: CreateOptions): Entity;
    /**
     * Leaves this scene for another at the end of the frame, also while the game is paused; resolves when that one has started. Of two scenes
     * in one frame the later one comes, and the promise of the earlier one rejects with an `AbortError`.
     */
    load(name: string): Promise<void>;
    /** The entity of the main camera. */
    readonly camera: Entity | null;
    /** The level's settings; a change of fog, ambient light or background shows in the next frame. */
    readonly settings: SceneSettings;
  };

  export interface SceneSettings {
    ambientColor: string;
    ambientIntensity: number;
    background: string;
    fog: { enabled: boolean; color: string; near: number; far: number; density: number };
  }

  // ── Physics ─────────────────────────────────────────────────────────────────────────────────────────────────────

  export interface RayHit {
    entity: Entity;
    point: Vec3;
    normal: Vec3;
    distance: number;
  }

  export const physics: {
    /** The nearest solid collider; `ignore` leaves one entity out, `layers` is a bit mask. Null: nothing within reach. */
    raycast(
      origin: Vec3Like,
      direction: Vec3Like,
      maxDistance?: number,
      options?: { ignore?: Entity; layers?: number; triggers?: boolean },
    ): RayHit | null;
    overlapSphere(center: Vec3Like, radius: number): Entity[];
    gravity: Vec3Like;
  };

  // ── Input ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Actions come from `game.json` → `input.actions`; without one: `moveX`, `moveY` (keys WASD and arrows, left stick, on-screen
   * stick), `lookX`, `lookY` (right stick), `jump` (Space, gamepad button 0, touch button A), `fire` (left mouse button, Enter, gamepad button 2, touch
   * button B), `pause` (Escape, gamepad button 9).
   */
  export const input: {
    /** −1 to 1. */
    axis(action: string): number;
    /** Went down in this frame. */
    pressed(action: string): boolean;
    held(action: string): boolean;
    released(action: string): boolean;
    /** A key by its `KeyboardEvent.code`, whatever the actions say. */
    key(code: string): boolean;
    readonly pointer: {
      /** CSS pixels from the canvas's top left. */
      readonly x: number;
      readonly y: number;
      /** Since the last frame. */
      readonly dx: number;
      readonly dy: number;
      readonly wheel: number;
      readonly down: boolean;
      readonly pressed: boolean;
      readonly locked: boolean;
      /** Hides the cursor and reports movement only; browsers want it in a click. */
      lock(): void;
      unlock(): void;
    };
    readonly gamepads: readonly { id: string; axes: readonly number[]; buttons: readonly number[] }[];
    /** A touch screen was used last. */
    readonly touch: boolean;
    /** Shakes the gamepad, or the phone. Strength 0 to 1, seconds. */
    rumble(strength: number, duration: number): void;
  };

  // ── Sound ───────────────────────────────────────────────────────────────────────────────────────────────────────

  export type Bus = "music" | "sfx" | "voice";

  export interface PlayOptions {
    volume?: number;
    /** 1: as recorded; 2: an octave higher. */
    pitch?: number;
    loop?: boolean;
    bus?: Bus;
    /** Makes it positional. */
    position?: Vec3Like;
    minDistance?: number;
    maxDistance?: number;
  }

  export interface Sound {
    readonly playing: boolean;
    volume: number;
    pitch: number;
    stop(fade?: number): void;
  }

  export const audio: {
    /** Asset id or project path. Sounds wait for the first gesture where the browser demands one. */
    play(clip: string, options?: PlayOptions): Sound;
    /** 0 to 1; kept for the player of the game. */
    volume(bus: Bus | "master"): number;
    setVolume(bus: Bus | "master", volume: number): void;
    stopAll(): void;
  };

  // ── Saves ───────────────────────────────────────────────────────────────────────────────────────────────────────

  export const save: {
    /** Anything that JSON can carry. Resolves to false where the browser keeps nothing (then it lasts until the page closes). */
    write(slot: string, data: unknown): Promise<boolean>;
    /** Null: nothing there. */
    read<T = unknown>(slot: string): Promise<T | null>;
    list(): Promise<{ slot: string; modified: number }[]>;
    remove(slot: string): Promise<void>;
  };

  // ── Game ────────────────────────────────────────────────────────────────────────────────────────────────────────

  export type Quality = "low" | "medium" | "high" | "ultra";

  export const game: {
    /** `game.json` with defaults filled in. */
    readonly config: Readonly<Record<string, unknown>>;
    readonly paused: boolean;
    /** Until `resume`, or until another scene begins. */
    pause(): void;
    resume(): void;
    quit(): void;
    readonly quality: Quality;
    setQuality(quality: Quality): void;
    setFullscreen(on: boolean): void;
    /** Lives across scenes: a place for the score. */
    readonly state: Record<string, unknown>;
    on(event: string, listener: (data: unknown) => void): () => void;
    emit(event: string, data?: unknown): void;
    readonly ui: {
      /** A layer above the picture; your DOM. It takes no pointer events itself; your elements may. Emptied with each scene. */
      readonly root: HTMLElement;
      /** A line of text, made or changed. `at`: where, by default "top left". Null removes it. */
      text(id: string, value: string | number | null, at?: Place): HTMLElement | null;
      /** A button in the middle, below the last one. */
      button(id: string, label: string, onClick: () => void): HTMLButtonElement;
      clear(): void;
    };
  };

  export type Place =
    "top left" | "top" | "top right" | "left" | "center" | "right" | "bottom left" | "bottom" | "bottom right";

  /** Seeded: the same numbers in the same order in every run that a renderer drives. From 0 up to, not including, 1. */
  export function random(): number;
  export function random(min: number, max: number): number;

  export const time: {
    /** Seconds of play since the game began; stands still while paused. In `fixedUpdate` the step's own, as `dt` is. */
    readonly now: number;
    readonly dt: number;
    readonly frame: number;
    /** 1: as in life; 0.5: half as fast; at most 100. */
    scale: number;
    /** After so many seconds of play. Returns what cancels it. Gone with the scene. */
    after(seconds: number, run: () => void): () => void;
    every(seconds: number, run: () => void): () => void;
  };
}
