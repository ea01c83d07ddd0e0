/** Input fields, made from the JSON Schema of a platform's options. */
import type { PlatformName } from "@aethel/export-client";

/** The part of JSON Schema that `GET /api/platforms` uses. */
export interface JsonSchema {
  type?: string;
  enum?: readonly unknown[];
  anyOf?: readonly JsonSchema[];
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  maxItems?: number;
  items?: JsonSchema;
}

/** What `GET /api/platforms` says of a platform, as far as its form needs it; nothing but `platform` of one that has no exporter. */
export interface PlatformOptions {
  platform: PlatformName;
  formats?: readonly string[];
  architectures?: readonly string[];
  signingKeys?: readonly string[];
  options?: { schema: { properties: Readonly<Record<string, JsonSchema>> }; refused: Readonly<Record<string, string>> };
}

export type FieldKind = "flag" | "choice" | "number" | "text" | "list" | "json";

/** One option as it is asked for. Fields of two platforms are the same field where their keys are equal. */
export interface Field {
  readonly key: string;
  readonly name: string;
  readonly kind: FieldKind;
  readonly choices: readonly string[];
  readonly schema: JsonSchema;
}

/** What stands in an input: text, or whether a box is ticked. An empty text is the default. */
export type FieldInput = string | boolean;

/** The fields of a platform, in the order of its schema. */
export function fieldsOf(platform: PlatformOptions): Field[] {
  const properties = Object.entries(platform.options?.schema.properties ?? {});
  return properties.map(([name, schema]) => fieldOf(name, schema, offered(platform, name)));
}

/** The input that an option has while nobody has touched it. */
export function initialInput(field: Field): FieldInput {
  return field.kind === "flag" ? field.schema.default === true : "";
}

/** The input that stands for a value of the option: what `readInput` would read as that value. */
export function inputFor(field: Field, value: unknown): FieldInput {
  if (field.kind === "flag") return value === true;
  if (value === undefined || value === null || value === field.schema.default) return "";
  if (field.kind === "list") return Array.isArray(value) ? value.filter(isText).join("\n") : "";
  if (field.kind === "json") return JSON.stringify(value);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function fieldOf(name: string, schema: JsonSchema, choices: readonly string[] | null): Field {
  const kind = choices?.length ? "choice" : kindOf(schema);
  const given = choices?.length ? choices : enumOf(schema).filter(isText);
  const { description: _, ...shape } = schema;
  return { key: `${name} ${JSON.stringify([shape, given])}`, name, kind, choices: given, schema };
}

/** Values that the platform itself lists, for options whose schema is the same everywhere. */
function offered(platform: PlatformOptions, name: string): readonly string[] | null {
  if (name === "format") return platform.formats ?? null;
  if (name === "architecture") return platform.architectures ?? null;
  if (name === "signingKey") return platform.signingKeys ?? null;
  return null;
}

function kindOf(schema: JsonSchema): FieldKind {
  if (enumOf(schema).length) return "choice";
  switch (typeOf(schema)) {
    case "boolean":
      return "flag";
    case "integer":
    case "number":
      return "number";
    case "string":
      return "text";
    case "array":
      return "list";
    default:
      return "json";
  }
}

function enumOf(schema: JsonSchema): readonly unknown[] {
  return schema.enum ?? schema.anyOf?.find((branch) => branch.enum)?.enum ?? [];
}

/** The type beside null. */
function typeOf(schema: JsonSchema): string | undefined {
  return schema.type ?? schema.anyOf?.find((branch) => branch.type !== "null")?.type;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
