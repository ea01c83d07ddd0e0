/** Names for what was entered, kept for a project in this browser. Options hold no secrets, so presets hold none. */
import type { Configuration } from "@aethel/export-client";

import { type FieldInput, type PlatformOptions, fieldsOf, inputFor } from "../options/fields.ts";
import { CONFIGURATIONS, type FullRequest } from "./requests.ts";

export interface Preset {
  readonly name: string;
  readonly configuration: Configuration;
  /** Platform → its options, as a request has them. */
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const MAX_PRESETS = 30;
export const MAX_NAME_LENGTH = 60;

/** The presets of one project. What another script left in the store, or a full store, is no fault of the page. */
export class Presets {
  readonly #key: string;

  constructor(
    projectId: string,
    private readonly store: Storage,
  ) {
    this.#key = `aethel-export.presets.${projectId}`;
  }

  /** All presets, sorted by name. */
  all(): Preset[] {
    try {
      const stored: unknown = JSON.parse(this.store.getItem(this.#key) ?? "[]");
      return Array.isArray(stored) ? stored.filter(isPreset).slice(0, MAX_PRESETS) : [];
    } catch {
      return [];
    }
  }

  /** Keep a preset, instead of one of the same name; false where the browser keeps nothing, or no more. */
  save(preset: Preset): boolean {
    const others = this.all().filter((other) => other.name !== preset.name);
    if (others.length >= MAX_PRESETS) return false;
    return this.#write([...others, preset].sort((one, other) => one.name.localeCompare(other.name)));
  }

  delete(name: string): void {
    this.#write(this.all().filter((preset) => preset.name !== name));
  }

  #write(presets: readonly Preset[]): boolean {
    try {
      this.store.setItem(this.#key, JSON.stringify(presets));
      return true;
    } catch {
      return false;
    }
  }
}

export function presetOf(name: string, configuration: Configuration, requests: readonly FullRequest[]): Preset {
  return {
    name,
    configuration,
    options: Object.fromEntries(requests.map(({ platform, options }) => [platform, options])),
  };
}

/** The inputs that options stand for, of those that the platforms still have. */
export function inputsFor(given: Preset["options"], platforms: readonly PlatformOptions[]): Map<string, FieldInput> {
  const inputs = new Map<string, FieldInput>();
  for (const platform of platforms) {
    const options = given[platform.platform];
    if (!options) continue;
    for (const field of fieldsOf(platform))
      if (field.name in options) inputs.set(field.key, inputFor(field, options[field.name]));
  }
  return inputs;
}

function isPreset(value: unknown): value is Preset {
  if (typeof value !== "object" || value === null) return false;
  const { name, configuration, options } = value as Record<string, unknown>;
  return (
    typeof name === "string" &&
    name.length <= MAX_NAME_LENGTH &&
    CONFIGURATIONS.some((known) => known === configuration) &&
    isRecord(options) &&
    Object.values(options).every(isRecord)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
