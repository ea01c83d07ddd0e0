/** Which options are asked for once for several platforms, and which for one alone. */
import { type Field, type PlatformOptions, fieldsOf } from "./fields.ts";

/** Fields that the same of the chosen platforms have. */
export interface FieldGroup {
  readonly platforms: readonly string[];
  readonly fields: readonly Field[];
}

/** What a field does, by what its platforms say of it. */
export interface Help {
  readonly text: string;
  readonly platforms: readonly string[];
}

/**
 * Group the options of the chosen platforms by the platforms that share them.
 *
 * Every option of every chosen platform is in one group. Groups of more platforms come first.
 */
export function groupFields(chosen: readonly PlatformOptions[]): FieldGroup[] {
  const owners = new Map<string, { field: Field; platforms: string[] }>();
  for (const platform of chosen)
    for (const field of fieldsOf(platform)) {
      const known = owners.get(field.key);
      if (known) known.platforms.push(platform.platform);
      else owners.set(field.key, { field, platforms: [platform.platform] });
    }
  const groups = new Map<string, { platforms: string[]; fields: Field[] }>();
  for (const { field, platforms } of owners.values()) {
    const name = platforms.join();
    const group = groups.get(name) ?? { platforms, fields: [] };
    group.fields.push(field);
    groups.set(name, group);
  }
  return [...groups.values()].sort((one, other) => other.platforms.length - one.platforms.length);
}

/** The descriptions of a field, each once, with the platforms that give it. */
export function helpFor(field: Field, platforms: readonly PlatformOptions[]): Help[] {
  const texts = new Map<string, string[]>();
  for (const platform of platforms) {
    const text = platform.options?.schema.properties[field.name]?.description;
    if (text) texts.set(text, [...(texts.get(text) ?? []), platform.platform]);
  }
  return [...texts].map(([text, names]) => ({ text, platforms: names }));
}
