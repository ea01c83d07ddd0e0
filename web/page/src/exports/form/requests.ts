/** The requests that a filled-in form stands for: one for each chosen platform. */
import type { Configuration, ExportRequest } from "@aethel/export-client";

import { type Field, type FieldInput, type PlatformOptions, fieldsOf, initialInput } from "../options/fields.ts";
import { type Problem, readInput } from "../options/validation.ts";

export const CONFIGURATIONS: readonly Configuration[] = ["debug", "release", "distribution"];

/** What has been entered, by `Field.key`; what is not there is at its default. */
export type Inputs = ReadonlyMap<string, FieldInput>;

/** A request that says everything that shapes an export. */
export type FullRequest = Required<Omit<ExportRequest, "fresh">>;

/** The input of a field. */
export function inputOf(field: Field, inputs: Inputs): FieldInput {
  return inputs.get(field.key) ?? initialInput(field);
}

/** The request for a platform; options at their default, and those with a problem, are not in it. */
export function requestFor(platform: PlatformOptions, configuration: Configuration, inputs: Inputs): FullRequest {
  const options: Record<string, unknown> = {};
  for (const field of fieldsOf(platform)) {
    const reading = readInput(field, inputOf(field, inputs));
    if ("value" in reading && reading.value !== undefined) options[field.name] = reading.value;
  }
  return { platform: platform.platform, configuration, options };
}

/** What is wrong with the inputs of the chosen platforms, by `Field.key`. */
export function problemsOf(chosen: readonly PlatformOptions[], inputs: Inputs): Map<string, Problem> {
  const problems = new Map<string, Problem>();
  for (const field of chosen.flatMap(fieldsOf)) {
    const reading = readInput(field, inputOf(field, inputs));
    if ("problem" in reading) problems.set(field.key, reading.problem);
  }
  return problems;
}

/** The option that a problem's `path` names (`options.excludePatterns[3]`), or null. */
export function optionIn(path: string): string | null {
  return /^(?:\$\.)?options\.([A-Za-z]+)/.exec(path)?.[1] ?? null;
}
