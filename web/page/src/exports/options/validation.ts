/** What an input says, checked against the option's schema before anything is sent. */
import type { Field, FieldInput, JsonSchema } from "./fields.ts";

/** Why an input is no value. */
export type Problem =
  | { readonly kind: "tooLong" | "tooMany" | "above"; readonly max: number }
  | { readonly kind: "below"; readonly min: number }
  | { readonly kind: "notWhole" | "notNumber" | "form" | "choice" | "json" }
  | { readonly kind: "line"; readonly line: number; readonly cause: Problem };

/** `value` is undefined where the option is left at its default, so that it need not be sent. */
export type Reading = { readonly value: unknown } | { readonly problem: Problem };

/** Read an input as a value of its option. */
export function readInput(field: Field, input: FieldInput): Reading {
  if (typeof input === "boolean") return { value: input === (field.schema.default === true) ? undefined : input };
  if (input.trim() === "") return { value: undefined };
  switch (field.kind) {
    case "number":
      return readNumber(bounds(field.schema), input.trim());
    case "list":
      return readList(field.schema, input);
    case "json":
      return readJson(input);
    case "choice":
      return readChoice(field, input);
    default:
      return checked(field.schema, input);
  }
}

function readChoice(field: Field, input: string): Reading {
  if (!field.choices.includes(input)) return { problem: { kind: "choice" } };
  return { value: input === field.schema.default ? undefined : input };
}

function readNumber(schema: JsonSchema, input: string): Reading {
  const value = Number(input);
  if (!Number.isFinite(value)) return { problem: { kind: "notNumber" } };
  if (schema.type === "integer" && !Number.isInteger(value)) return { problem: { kind: "notWhole" } };
  if (schema.minimum !== undefined && value < schema.minimum)
    return { problem: { kind: "below", min: schema.minimum } };
  if (schema.maximum !== undefined && value > schema.maximum)
    return { problem: { kind: "above", max: schema.maximum } };
  return { value };
}

/** One entry a line; empty lines say nothing. */
function readList(schema: JsonSchema, input: string): Reading {
  const entries: unknown[] = [];
  for (const [index, line] of input.split("\n").entries()) {
    if (line.trim() === "") continue;
    const entry = checked(schema.items ?? {}, line.trim());
    if ("problem" in entry) return { problem: { kind: "line", line: index + 1, cause: entry.problem } };
    entries.push(entry.value);
  }
  if (schema.maxItems !== undefined && entries.length > schema.maxItems)
    return { problem: { kind: "tooMany", max: schema.maxItems } };
  return { value: entries };
}

function readJson(input: string): Reading {
  try {
    return { value: JSON.parse(input) as unknown };
  } catch {
    return { problem: { kind: "json" } };
  }
}

/** A text against length and pattern. JSON Schema counts code points, and its patterns are not anchored. */
function checked(schema: JsonSchema, text: string): Reading {
  const { maxLength, pattern } = bounds(schema);
  if (maxLength !== undefined && [...text].length > maxLength) return { problem: { kind: "tooLong", max: maxLength } };
  if (pattern !== undefined && !new RegExp(pattern, "u").test(text)) return { problem: { kind: "form" } };
  return { value: text };
}

/** Where null is allowed as well, the limits stand in the other branch. */
function bounds(schema: JsonSchema): JsonSchema {
  return schema.anyOf?.find((branch) => branch.type !== "null") ?? schema;
}
