/** An entity: one thing in a scene, with its transform in the tree and its components. */

import { Euler, Matrix4, Object3D, Quaternion, Vector3 } from "three";
import { GameError } from "../core/errors";
import type { Vec3 } from "../math/vectors";
import type { ContactEvent, PhysicsNode } from "../physics/types";
import type { EntityData } from "./format/types";
import type { Scene } from "./scene";

const UP = new Vector3(0, 1, 0);
const scratch = new Matrix4();

/** A component as entities and scenes see it: `components/component.ts` says what its life is. */
export interface EntityComponent {
  readonly type: string;
  readonly entity: Entity;
  attached: boolean;
  /** Ended for good: removed, or its entity or scene is. */
  readonly disposed: boolean;
  load(): Promise<unknown> | undefined;
  attach(): void;
  dispose(): void;
  setActive(active: boolean): void;
  /** Called before everything else of a frame. */
  beforeFrame?(): void;
  fixedUpdate?(dt: number): void;
  update?(dt: number): void;
  lateUpdate?(dt: number): void;
  onContact?(other: PhysicsNode, contact: ContactEvent): void;
  /** Scripts: the running instance of a class or of a project path. */
  instanceOf?(type: unknown): object | null;
}

/** Makes components by the names of their types. */
export interface ComponentFactory {
  /** Null for a type that there is not. */
  make(entity: Entity, type: string, data: Record<string, unknown>): EntityComponent | null;
  /** The order in which those of one entity are attached and updated. */
  compare(a: EntityComponent, b: EntityComponent): number;
}

/** Chooses components by their class. */
export interface ComponentClass<T extends EntityComponent> {
  readonly type: string;
  new (...args: never[]): T;
}

export class Entity implements PhysicsNode {
  readonly id: string;
  readonly tags: Set<string>;
  readonly object3D = new Object3D();
  readonly children: Entity[] = [];
  readonly components: EntityComponent[] = [];
  alive = true;
  private parentEntity: Entity | null = null;
  private ownActive: boolean;
  private ownLayer = 0;

  constructor(
    readonly scene: Scene,
    data: EntityData,
  ) {
    this.id = data.id;
    this.tags = new Set(data.tags);
    this.ownActive = data.active;
    this.object3D.name = data.name;
    this.object3D.visible = data.active;
    this.object3D.userData["entity"] = this;
    this.object3D.position.copy(data.position as Vector3);
    this.object3D.quaternion.copy(data.rotation as Quaternion);
    this.object3D.scale.copy(data.scale as Vector3);
    this.layer = data.layer;
  }

  get name(): string {
    return this.object3D.name;
  }

  set name(name: string) {
    this.object3D.name = name;
  }

  get position(): Vector3 {
    return this.object3D.position;
  }

  get rotation(): Euler {
    return this.object3D.rotation;
  }

  get quaternion(): Quaternion {
    return this.object3D.quaternion;
  }

  get scale(): Vector3 {
    return this.object3D.scale;
  }

  // ── The tree ──

  get parent(): Entity | null {
    return this.parentEntity;
  }

  set parent(parent: Entity | null) {
    if (parent === this.parentEntity) return;
    for (let at = parent; at; at = at.parent) {
      if (at === this)
        throw new GameError(
          "Cyclic hierarchy",
          `“${this.name}” cannot become a child of its own descendant “${parent?.name}”.`,
        );
    }
    const was = this.activeInHierarchy;
    this.parentEntity?.children.splice(this.parentEntity.children.indexOf(this), 1);
    this.parentEntity = parent;
    parent?.children.push(this);
    (parent?.object3D ?? this.scene.root).add(this.object3D);
    if (this.activeInHierarchy !== was) this.notifyActive();
  }

  /** The entity itself, then its descendants. */
  *tree(): Generator<Entity> {
    yield this;
    for (const child of this.children) yield* child.tree();
  }

  find(name: string): Entity | null {
    for (const entity of this.tree()) if (entity !== this && entity.name === name) return entity;
    return null;
  }

  // ── Switches ──

  get active(): boolean {
    return this.ownActive;
  }

  set active(active: boolean) {
    if (active === this.ownActive) return;
    this.ownActive = active;
    this.object3D.visible = active;
    if (this.parentEntity === null || this.parentEntity.activeInHierarchy) this.notifyActive();
  }

  get activeInHierarchy(): boolean {
    return this.ownActive && (this.parentEntity?.activeInHierarchy ?? true);
  }

  private notifyActive(): void {
    for (const entity of this.tree()) {
      const active = entity.activeInHierarchy;
      entity.components.forEach((component) => component.attached && component.setActive(active));
    }
  }

  get layer(): number {
    return this.ownLayer;
  }

  set layer(layer: number) {
    this.ownLayer = layer;
    this.applyLayer();
  }

  /** Puts what components have added below the entity on its layer too. */
  applyLayer(): void {
    const visit = (object: Object3D): void => {
      object.layers.set(this.ownLayer);
      for (const child of object.children) if (!child.userData["entity"]) visit(child);
    };
    visit(this.object3D);
  }

  // ── Transforms ──

  worldPosition(): Vector3 {
    return this.object3D.getWorldPosition(new Vector3());
  }

  worldQuaternion(): Quaternion {
    return this.object3D.getWorldQuaternion(new Quaternion());
  }

  forward(): Vector3 {
    return new Vector3(0, 0, -1).applyQuaternion(this.worldQuaternion());
  }

  lookAt(target: Vec3 | Entity): void {
    const point = target instanceof Entity ? target.worldPosition() : new Vector3(target.x, target.y, target.z);
    scratch.lookAt(this.worldPosition(), point, UP);
    this.setWorldQuaternion(new Quaternion().setFromRotationMatrix(scratch));
  }

  setWorldQuaternion(world: Quaternion): void {
    this.object3D.quaternion.copy(world);
    if (this.parentEntity) this.object3D.quaternion.premultiply(this.parentEntity.worldQuaternion().invert());
  }

  setWorldPosition(world: Vec3): void {
    this.object3D.position.copy(world as Vector3);
    if (this.parentEntity) {
      this.parentEntity.object3D.updateWorldMatrix(true, false);
      this.parentEntity.object3D.worldToLocal(this.object3D.position);
    }
  }

  translate(x: number, y: number, z: number): void {
    this.object3D.position.add(new Vector3(x, y, z).applyQuaternion(this.object3D.quaternion));
  }

  // ── Components ──

  component<T extends EntityComponent>(kind: ComponentClass<T>): T | null {
    return (this.components.find((component) => component instanceof kind) as T | undefined) ?? null;
  }

  getComponent(type: string): EntityComponent | null {
    return this.components.find((component) => component.type === type) ?? null;
  }

  /** Constructs a component without attaching it: for a scene that is being built. */
  construct(type: string, data: Record<string, unknown>): EntityComponent | null {
    const { factory } = this.scene;
    const component = factory.make(this, type, data);
    if (component) {
      this.components.push(component);
      this.components.sort((a, b) => factory.compare(a, b));
      this.scene.changed();
    }
    return component;
  }

  addComponent(type: string, data: Record<string, unknown> = {}): EntityComponent {
    const component = this.construct(type, data);
    if (!component) throw new GameError("No such component", `There are no components of type “${type}”.`);
    this.scene.attachLater([component]);
    return component;
  }

  removeComponent(type: string): void {
    const component = this.getComponent(type);
    if (!component) return;
    this.components.splice(this.components.indexOf(component), 1);
    this.scene.changed();
    component.dispose();
  }

  onContact(other: PhysicsNode, contact: ContactEvent): void {
    for (const component of [...this.components]) component.onContact?.(other, contact);
  }

  get body(): EntityComponent | null {
    return this.getComponent("RigidBody");
  }

  get camera(): EntityComponent | null {
    return this.getComponent("Camera");
  }

  get light(): EntityComponent | null {
    return this.getComponent("Light");
  }

  get animator(): EntityComponent | null {
    return this.getComponent("Animator");
  }

  get audio(): EntityComponent | null {
    return this.getComponent("AudioSource");
  }

  get particles(): EntityComponent | null {
    return this.getComponent("ParticleSystem");
  }

  get agent(): EntityComponent | null {
    return this.getComponent("NavMeshAgent");
  }

  /** The running script of a class, or of a project path. */
  script(type: unknown): unknown {
    for (const component of this.components) {
      const instance = component.instanceOf?.(type);
      if (instance) return instance;
    }
    return null;
  }

  destroy(): void {
    if (this.alive) this.scene.destroyLater(this);
  }
}
