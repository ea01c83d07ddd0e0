/** The same exports as commands of `aethel-export`, to be pasted into a POSIX shell. */
import type { FullRequest } from "./requests.ts";

/** One line for each request. */
export function commandLines(projectId: string, requests: readonly FullRequest[]): string {
  return requests.map((request) => commandLine(projectId, request)).join("\n");
}

function commandLine(projectId: string, { platform, configuration, options }: FullRequest): string {
  const words = ["aethel-export", "export", quoted(projectId), "--platform", quoted(platform)];
  if (configuration !== "release") words.push("--configuration", configuration);
  for (const [name, value] of Object.entries(options)) words.push("--option", quoted(`${name}=${written(value)}`));
  return words.join(" ");
}

function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A word that no shell takes apart; a quote ends the quoted part, stands escaped, and begins the next one. */
function quoted(word: string): string {
  return /^[\w./=:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
