/** What every component is. One kind is one file here and one line in `index.ts`. */

import type { ContactEvent, PhysicsNode } from "../physics/types";
import type { Entity, EntityComponent } from "../scene/entity";
import type { Services } from "../scene/services";

/**
 * The life of a component: constructed when its entity is; `load` fetches what it needs; `attach` makes it visible, solid or audible, once
 * all of the scene has been loaded; from then on it is updated while its entity is active; `detach` undoes `attach`. `dispose` ends it for
 * good: a component that is removed while it loads is never attached.
 *
 * `S` names the services that the kind uses. Scripts are handed the component itself, seen through the interface that `aethel.d.ts` declares
 * for it.
 */
export abstract class Component<
  D extends object = object,
  S extends keyof Services = never,
> implements EntityComponent {
  attached = false;
  disposed = false;

  constructor(
    readonly entity: Entity,
    readonly data: D,
    protected readonly services: Pick<Services, S>,
  ) {}

  get type(): string {
    return (this.constructor as unknown as ComponentKind).type;
  }

  /** Returns undefined when there is nothing to wait for. */
  load(): Promise<unknown> | undefined {
    return undefined;
  }

  attach(): void {}

  detach(): void {}

  dispose(): void {
    this.disposed = true;
    if (!this.attached) return;
    this.attached = false;
    this.detach();
  }

  /** Called when the entity begins or ceases to take part, and once after `attach`. */
  setActive(_active: boolean): void {}

  beforeFrame?(): void;
  fixedUpdate?(dt: number): void;
  update?(dt: number): void;
  lateUpdate?(dt: number): void;
  onContact?(other: PhysicsNode, contact: ContactEvent): void;
  instanceOf?(type: unknown): object | null;
}

export interface ComponentKind<D extends object = object> {
  readonly type: string;
  /** Every field that the format knows; undefined where there is no default. */
  readonly defaults: D;
  new (entity: Entity, data: D, services: Services): Component<D>;
}

/** Properties of a component that do nothing but read and write the field of its data: declared in the class, made here. */
export function fromData<C extends Component>(
  kind: abstract new (...args: never[]) => C,
  ...fields: (keyof C & keyof C["data"] & string)[]
): void {
  for (const field of fields) {
    Object.defineProperty(kind.prototype, field, {
      get(this: C) {
        return (this.data as Record<string, unknown>)[field];
      },
      set(this: C, value: unknown) {
        (this.data as Record<string, unknown>)[field] = value;
      },
    });
  }
}
