/** A script component runs a script of the game on its entity. */

import type { ContactEvent, PhysicsNode } from "../physics/types";
import type { ScriptModule } from "../scripts/bundle";
import { dialectOf, exportOf, type Hook, type Hooks, type Method, type ScriptClass } from "../scripts/dialects";
import { construct, type Script, type ScriptContext } from "../scripts/script";
import { Component } from "./component";

interface ScriptData {
  scriptId: string;
  scriptPath: string;
  /** The export that runs; empty: the default one, or the module's only script class. */
  export: string;
  properties: Record<string, unknown>;
  enabled: boolean;
}

const HOOKS: Hook[] = [
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

export class ScriptComponent extends Component<ScriptData, "library" | "problems" | "scripts"> {
  static readonly type = "Script";
  static readonly defaults: ScriptData = {
    scriptId: "",
    scriptPath: "",
    export: "",
    properties: {},
    enabled: true,
  };

  path = this.data.scriptPath || this.data.scriptId;
  enabled = this.data.enabled;
  private target: object | null = null;
  private hooks: Hooks = {};
  private started = false;
  /** There only where the script has one: physics shows each step to those alone who look. */
  override fixedUpdate?: (dt: number) => void;

  override attach(): void {
    const found = this.services.scripts.find(this.services.library.scriptPath(this.path));
    if (!found)
      return this.services.problems.warn(
        `“${this.entity.name}” runs the script “${this.path}”, which is not among the game's scripts.`,
      );
    this.path = found.path;
    this.guard(() => this.make(found.module));
  }

  /** Makes an instance of the class that runs, or binds functions whose first argument is the context. */
  private make(module: ScriptModule): void {
    const context: ScriptContext = { entity: this.entity, properties: this.data.properties };
    const found = exportOf(module, this.data.export);
    if (typeof found === "function") {
      const type = found as ScriptClass;
      const instance = construct(type, context);
      this.target = instance;
      this.hooks =
        dialectOf(type)?.hooksOf(instance, context) ?? hooksIn(instance, (method) => method.bind(instance) as Method);
    } else if (this.data.export !== "") {
      throw new Error(`it exports no “${this.data.export}”; there are: ${Object.keys(module).join(", ") || "none"}`);
    } else {
      const functions = found !== null && typeof found === "object" ? found : module;
      this.target = context;
      this.hooks = hooksIn(functions, (method) => method.bind(functions, context as never) as Method);
    }
    if (this.hooks.fixedUpdate)
      this.fixedUpdate = (dt): void => {
        if (this.started) this.call("fixedUpdate", dt);
      };
  }

  override detach(): void {
    if (this.started) this.call("destroyed");
    this.enabled = false;
  }

  /** Calls `start`: before the first update, when all of the scene is attached. */
  override beforeFrame(): void {
    if (this.started || !this.target || !this.entity.activeInHierarchy) return;
    this.started = true;
    this.call("start");
  }

  override update(dt: number): void {
    this.beforeFrame();
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
    if (method && this.enabled) this.guard(() => method(...(given as never[])));
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
  override instanceOf(type: unknown): object | null {
    if (typeof type === "function") return this.target instanceof (type as typeof Script) ? this.target : null;
    return typeof type === "string" && this.services.scripts.find(type)?.path === this.path ? this.target : null;
  }
}

/** The hooks that an object has as methods. */
function hooksIn(holder: object, ready: (method: Method) => Method): Hooks {
  const hooks: Hooks = {};
  for (const hook of HOOKS) {
    const method = (holder as Record<string, unknown>)[hook];
    if (typeof method === "function") hooks[hook] = ready(method as Method);
  }
  return hooks;
}
