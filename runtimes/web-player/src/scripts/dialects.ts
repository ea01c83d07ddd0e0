/**
 * Script APIs beside the player's own: each has a class that its scripts extend, and hooks of other names. Their modules are loaded by the
 * games that import them, and make themselves known here.
 */

import { Script, type ScriptContext } from "./script";

export type Hook =
  | "start"
  | "update"
  | "fixedUpdate"
  | "lateUpdate"
  | "destroyed"
  | "onCollision"
  | "onCollisionEnd"
  | "onTrigger"
  | "onTriggerEnd";
export type Method = (...given: never[]) => unknown;
export type Hooks = Partial<Record<Hook, Method>>;
export type ScriptClass = new () => object;

export interface Dialect<T extends object = object> {
  /** What its scripts extend. */
  readonly base: abstract new () => T;
  /** What is to be called, and when. Called once, when the script has been made. */
  hooksOf(script: T, context: ScriptContext): Hooks;
}

const dialects: Dialect[] = [];

export function addDialect<T extends object>(dialect: Dialect<T>): void {
  dialects.push(dialect as unknown as Dialect);
}

/** The API that a class is written for; null for the player's own. */
export function dialectOf(type: ScriptClass): Dialect | null {
  return dialects.find(({ base }) => type.prototype instanceof base) ?? null;
}

/** What runs of a module: the export of that name, else the default one, else its only script class; undefined where it is its functions. */
export function exportOf(module: Record<string, unknown>, name: string): unknown {
  if (name !== "") return module[name];
  if (module["default"] !== undefined) return module["default"];
  const classes = Object.values(module).filter(isScriptClass);
  return classes.length === 1 ? classes[0] : undefined;
}

function isScriptClass(value: unknown): boolean {
  if (typeof value !== "function") return false;
  const type = value as ScriptClass;
  return (type.prototype as unknown) instanceof Script || dialectOf(type) !== null;
}
