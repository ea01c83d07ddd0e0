/** A script component runs a script of the game on its entity. */

import type { ContactEvent, PhysicsNode } from "../physics/types";
import type { ScriptModule } from "../scripts/bundle";
import { Script, construct, type ScriptContext } from "../scripts/script";
import { Component } from "./component";

interface ScriptData {
  scriptId: string;
  scriptPath: string;
  properties: Record<string, unknown>;
  enabled: boolean;
}

type Hook =
  | "start"
  | "update"
  | "fixedUpdate"
  | "lateUpdate"
  | "destroyed"
  | "onCollision"
  | "onCollisionEnd"
  | "onTrigger"
  | "onTriggerEnd";
type Method = (...given: unknown[]) => unknown;

export class ScriptComponent extends Component<ScriptData, "library" | "problems" | "scripts"> {
  static readonly type = "Script";
  static readonly defaults: ScriptData = { scriptId: "", scriptPath: "", properties: {}, enabled: true };

  path = this.data.scriptPath || this.data.scriptId;
  enabled = this.data.enabled;
  private target: ScriptContext | null = null;
  private hooks: Partial<Record<Hook, Method>> = {};
  private started = false;

  override attach(): void {
    const found = this.services.scripts.find(this.services.library.scriptPath(this.path));
    if (!found)
      return this.services.problems.warn(
        `“${this.entity.name}” runs the script “${this.path}”, which is not among the game's scripts.`,
      );
    this.path = found.path;
    this.guard(() => this.make(found.module));
  }

  /** Makes an instance of the default class, or binds functions whose first argument is the context. */
  private make(module: ScriptModule): void {
    const context: ScriptContext = { entity: this.entity, properties: this.data.properties };
    const type = module["default"];
    if (typeof type === "function") {
      const instance = construct(type as new () => ScriptContext & Record<string, unknown>, context);
      this.target = instance;
      this.bind(
        (hook) => instance[hook],
        (method) => method.bind(instance),
      );
    } else {
      const functions = type !== null && typeof type === "object" ? (type as ScriptModule) : module;
      this.target = context;
      this.bind(
        (hook) => functions[hook],
        (method) => method.bind(functions, context),
      );
    }
  }

  private bind(find: (hook: Hook) => unknown, ready: (method: Method) => Method): void {
    const hooks: Hook[] = [
      "start",
      "update",
      "fixedUpdate",
      "lateUpdate",
      "destroyed",
      "onCollision",
      "onCollisionEnd",
      "onTrigger",
      "onTriggerEnd",
    ];
    for (const hook of hooks) {
      const method = find(hook);
      if (typeof method === "function") this.hooks[hook] = ready(method as Method);
    }
  }

  override detach(): void {
    if (this.started) this.call("destroyed");
    this.enabled = false;
  }

  /** Calls `start`: before the first update, when all of the scene is attached. */
  begin(): void {
    if (this.started || !this.target || !this.entity.activeInHierarchy) return;
    this.started = true;
    this.call("start");
  }

  override fixedUpdate(dt: number): void {
    if (this.started) this.call("fixedUpdate", dt);
  }

  override update(dt: number): void {
    this.begin();
    this.call("update", dt);
  }

  override lateUpdate(dt: number): void {
    if (this.started) this.call("lateUpdate", dt);
  }

  override onContact(other: PhysicsNode, { started, trigger, contact }: ContactEvent): void {
    if (!this.started || !this.entity.activeInHierarchy) return;
    if (trigger) this.call(started ? "onTrigger" : "onTriggerEnd", other);
    else this.call(started ? "onCollision" : "onCollisionEnd", other, contact);
  }

  private call(hook: Hook, ...given: unknown[]): void {
    const method = this.hooks[hook];
    if (method && this.enabled) this.guard(() => method(...given));
  }

  /** A script that throws, at once or later, is reported and stopped: on this entity alone. */
  private guard(work: () => unknown): void {
    try {
      const result = work();
      if (result instanceof Promise) result.catch((error: unknown) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.enabled = false;
    void this.services.problems.script(this.path, this.entity.name, error);
  }

  /** For `entity.script(type)`. */
  override instanceOf(type: unknown): ScriptContext | null {
    if (typeof type === "function") return this.target instanceof (type as typeof Script) ? this.target : null;
    return typeof type === "string" && this.services.scripts.find(type)?.path === this.path ? this.target : null;
  }
}
