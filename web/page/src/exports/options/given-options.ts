/** What of an export's options was asked for: its state has all of them. */
import type { AethelExportClient, State } from "@aethel/export-client";

import { fieldsOf, inputFor } from "./fields.ts";
import type { OfferedPlatform } from "../form/form-model.ts";
import { readInput } from "./validation.ts";

/** The platforms as the form takes them: the client leaves open what is in a schema. */
export async function offeredPlatforms(client: AethelExportClient): Promise<OfferedPlatform[]> {
  return (await client.platforms()) as unknown as OfferedPlatform[];
}

/** The options that are not at their default, as a request would have them. */
export function givenOptions(state: State, platforms: readonly OfferedPlatform[]): Record<string, unknown> {
  const platform = platforms.find((offered) => offered.platform === state.platform);
  const options: Record<string, unknown> = state.options ?? {};
  const given: Record<string, unknown> = {};
  for (const field of platform ? fieldsOf(platform) : []) {
    const reading = readInput(field, inputFor(field, options[field.name]));
    if ("value" in reading && reading.value !== undefined) given[field.name] = reading.value;
  }
  return given;
}
