/** Which lines of a log are shown. */
import type { LogEntry } from "../export-feed.js";

export const LEVELS = ["debug", "info", "warning", "error"] as const;
export type Level = (typeof LEVELS)[number];

/** What a reader looks for: lines of these levels that hold this text, in any case. */
export interface Filter {
  readonly levels: ReadonlySet<Level>;
  readonly search: string;
}

/** The level of a line; one that this version does not know counts as information. */
export function levelOf(level: string): Level {
  return LEVELS.find((known) => known === level) ?? "info";
}

/** Whether an entry is shown; a gap always is, as nobody knows what was in it. */
export function passes(entry: LogEntry, { levels, search }: Filter): boolean {
  if (entry.type === "gap") return true;
  if (!levels.has(levelOf(entry.line.level))) return false;
  return search === "" || entry.line.message.toLowerCase().includes(search.toLowerCase());
}

/** A text cut at every place where it holds what is looked for: pieces at odd places are what was found. */
export function pieces(text: string, search: string): string[] {
  if (search === "") return [text];
  const [within, wanted] = [text.toLowerCase(), search.toLowerCase()];
  if (within.length !== text.length) return [text]; // some letters change their length with their case
  const found: string[] = [];
  let from = 0;
  for (let at = within.indexOf(wanted); at >= 0; at = within.indexOf(wanted, from)) {
    found.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...found, text.slice(from)];
}

/** A log as a text file has it: time, level and message of each line. */
export function asText(entries: readonly LogEntry[], gap: string): string {
  const lines = entries.map((entry) =>
    entry.type === "gap" ? `[${gap}]` : `${entry.line.ts} ${entry.line.level.padEnd(7)} ${entry.line.message}`,
  );
  return lines.map((line) => `${line}\n`).join("");
}
