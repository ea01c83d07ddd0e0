/** A scene that plays: its entities, and the order in which they are attached, updated and removed. */

import { Scene as ThreeScene, type Vector3 } from "three";
import { SceneError } from "../core/errors";
import type { Problems } from "../core/problems";
import { readVec3, type Vec3 } from "../math/vectors";
import { Entity, type ComponentClass, type ComponentFactory, type EntityComponent } from "./entity";
import { instantiate } from "./format/prefabs";
import type { EntityData, Level, PrefabData } from "./format/types";

/** What components may have called in every frame. */
type FrameHook = "beforeFrame" | "fixedUpdate" | "update" | "lateUpdate";

export interface SpawnOptions {
  position?: Vec3;
  rotation?: Vec3;
  scale?: Vec3;
  parent?: Entity | null;
  name?: string;
}

const NO_ROTATION = { x: 0, y: 0, z: 0, w: 1 };
const ONE = { x: 1, y: 1, z: 1 };

export class Scene {
  readonly root = new ThreeScene();
  readonly prefabs = new Map<string, PrefabData>();
  private readonly byId = new Map<string, Entity>();
  private readonly destroyed: Entity[] = [];
  private spawned = 0;
  /** How many groups of components wait for what they load. */
  loading = 0;
  /** Grows with every change to what the scene consists of. */
  revision = 0;
  /** Components by their class or by a hook that they have, as they were asked for: nobody searches all of a scene in every frame. */
  private lists = new Map<ComponentClass<EntityComponent> | FrameHook, EntityComponent[]>();

  constructor(
    readonly level: Level,
    readonly factory: ComponentFactory,
    private readonly problems: Problems,
  ) {
    for (const prefab of level.prefabs) this.prefabs.set(prefab.id, prefab).set(prefab.name, prefab);
  }

  get name(): string {
    return this.level.name;
  }

  /** In the order of the file; those made later follow. */
  get entities(): Entity[] {
    return [...this.byId.values()];
  }

  find(name: string): Entity | null {
    for (const entity of this.byId.values()) if (entity.name === name) return entity;
    return null;
  }

  findByTag(tag: string): Entity[] {
    return this.entities.filter((entity) => entity.tags.has(tag));
  }

  entity(id: string): Entity | null {
    return this.byId.get(id) ?? null;
  }

  all<T extends EntityComponent>(kind: ComponentClass<T>): readonly T[] {
    return this.list(kind, (component) => component instanceof kind) as T[];
  }

  private list(
    key: ComponentClass<EntityComponent> | FrameHook,
    belongs: (component: EntityComponent) => boolean,
  ): readonly EntityComponent[] {
    const known = this.lists.get(key);
    if (known) return known;
    const found: EntityComponent[] = [];
    for (const entity of this.byId.values()) for (const one of entity.components) if (belongs(one)) found.push(one);
    this.lists.set(key, found);
    return found;
  }

  /** To be called when an entity, a component or the look of one has come or gone. Whoever goes through a list goes on with the one that it has. */
  changed(): void {
    this.lists = new Map();
    this.revision += 1;
  }

  // ── Building ──

  /** Makes entities in the order of the file, then their components: these find every other entity. */
  build(entities: EntityData[], parent: Entity | null = null): Entity[] {
    const made = entities.map((data) => {
      if (this.byId.has(data.id))
        throw new SceneError(this.name, `An entity with the id “${data.id}” is there already.`);
      const entity = new Entity(this, data);
      this.byId.set(entity.id, entity);
      this.root.add(entity.object3D);
      return entity;
    });
    entities.forEach((data, index) => {
      (made[index] as Entity).parent = data.parentId === null ? parent : this.entity(data.parentId);
    });
    entities.forEach((data, index) => {
      for (const { type, data: given } of data.components) (made[index] as Entity).construct(type, given);
    });
    return made;
  }

  /** Attaches components in the given order; those that are attached, or have gone, are left out. */
  attach(components: EntityComponent[]): void {
    this.root.updateMatrixWorld(true);
    for (const component of components) {
      if (component.attached || component.disposed || !component.entity.alive) continue;
      component.attached = true;
      component.attach();
      component.entity.applyLayer();
      component.setActive(component.entity.activeInHierarchy);
    }
    this.changed(); // a script has its hooks only now
  }

  /** All components in the order in which they are attached: parents before children, an entity's in their fixed order. */
  components(): EntityComponent[] {
    const roots = this.entities.filter((entity) => entity.parent === null);
    return roots.flatMap((root) => [...root.tree()].flatMap((entity) => entity.components));
  }

  /** Attaches at once when nothing has to be loaded, else afterwards. What has gone meanwhile is not attached. */
  attachLater(components: EntityComponent[]): void {
    const pending = components.filter(({ entity }) => entity.alive);
    const loads = pending.map((component) => component.load()).filter((load) => load !== undefined);
    if (loads.length === 0) return this.attach(pending);
    this.loading += 1;
    Promise.all(loads)
      .finally(() => (this.loading -= 1))
      .then(() => this.attach(pending))
      .catch((error: unknown) => {
        if (pending.some(({ disposed }) => !disposed)) this.problems.report(error);
      });
  }

  create(data: Partial<EntityData> & SpawnOptions): Entity {
    const id = `#${++this.spawned}`;
    const [entity] = this.build(
      [
        {
          id,
          name: data.name ?? id,
          parentId: null,
          position: readVec3(data.position),
          rotation: NO_ROTATION,
          scale: readVec3(data.scale, ONE),
          components: (data.components ?? []).map(({ type, data: given }) => ({ type, data: given ?? {} })),
          tags: data.tags ?? [],
          layer: data.layer ?? 0,
          active: true,
        },
      ],
      data.parent ?? null,
    ) as [Entity];
    if (data.rotation) entity.rotation.set(data.rotation.x, data.rotation.y, data.rotation.z);
    this.attachLater([...entity.components]);
    return entity;
  }

  spawn(prefab: PrefabData, options: SpawnOptions): Entity {
    const made = this.build(
      instantiate(prefab, `#${++this.spawned}`).map(({ entity }) => entity),
      options.parent ?? null,
    );
    const root = made.find((entity) => entity.id === `#${this.spawned}`) as Entity;
    if (options.name !== undefined) root.name = options.name;
    if (options.position) root.position.copy(options.position as Vector3);
    if (options.rotation) root.rotation.set(options.rotation.x, options.rotation.y, options.rotation.z);
    if (options.scale) root.scale.copy(options.scale as Vector3);
    this.attachLater([...root.tree()].flatMap((entity) => entity.components));
    return root;
  }

  // ── Living ──

  /** Starts scripts that have not begun. */
  beforeFrame(): void {
    this.each("beforeFrame", (component) => component.beforeFrame?.());
  }

  /** Whether anybody looks at a step, so that entities have to be where it finds them. */
  get watchesSteps(): boolean {
    return this.having("fixedUpdate").length > 0;
  }

  fixedUpdate(dt: number): void {
    this.each("fixedUpdate", (component) => component.fixedUpdate?.(dt));
  }

  update(dt: number): void {
    this.each("update", (component) => component.update?.(dt));
  }

  lateUpdate(dt: number): void {
    this.each("lateUpdate", (component) => component.lateUpdate?.(dt));
  }

  private each(hook: FrameHook, call: (component: EntityComponent) => void): void {
    for (const component of this.having(hook)) {
      const { entity, attached } = component;
      if (attached && entity.alive && entity.activeInHierarchy) call(component);
    }
  }

  private having(hook: FrameHook): readonly EntityComponent[] {
    return this.list(hook, (component) => component[hook] !== undefined);
  }

  destroyLater(entity: Entity): void {
    this.destroyed.push(entity);
  }

  /** Called at the end of a frame, so that no entity goes while a script of it runs. */
  removeDestroyed(): void {
    for (const entity of this.destroyed.splice(0)) if (entity.alive) this.remove(entity);
  }

  private remove(entity: Entity): void {
    const whole = [...entity.tree()].reverse();
    whole.forEach(disposeComponents);
    for (const one of whole) {
      one.alive = false;
      this.byId.delete(one.id);
    }
    this.changed();
    entity.parent = null;
    this.root.remove(entity.object3D);
  }

  dispose(): void {
    this.entities.forEach(disposeComponents);
    for (const entity of this.byId.values()) entity.alive = false;
    this.byId.clear();
    this.changed();
    this.root.clear();
  }
}

function disposeComponents(entity: Entity): void {
  for (const component of [...entity.components].reverse()) component.dispose();
}
