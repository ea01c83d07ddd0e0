/** Problems while a game runs: shown in the console, counted for tests and tools, never the end of the game. */

import { messageOf, warnOnce } from "./errors";
import type { Events } from "./events";

export interface ScriptProblem {
  /** Project path. */
  file: string;
  line: number | null;
  column: number | null;
  entity: string;
  message: string;
}

export class Problems {
  readonly all: string[] = [];
  readonly scripts: ScriptProblem[] = [];

  constructor(
    private readonly events: Events,
    private readonly mapUrl: string | null,
    private readonly paths: () => string[],
  ) {}

  /** Warns the maker of the game; the same text once. */
  warn(message: string): void {
    if (this.all.includes(message)) return;
    this.all.push(message);
    warnOnce(message);
    this.events.emit("warning", message);
  }

  report(error: unknown): void {
    const message = messageOf(error);
    this.all.push(message);
    console.error(message);
    this.events.emit("problem", message);
  }

  /** Reports an error of a script, with the script's own file and line where a source map is at hand. */
  async script(file: string, entity: string, error: unknown): Promise<void> {
    const place = await this.place(error);
    const problem: ScriptProblem = {
      file: place?.file ?? file,
      line: place?.line ?? null,
      column: place?.column ?? null,
      entity,
      message: messageOf(error),
    };
    this.scripts.push(problem);
    const at = problem.line === null ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
    const text = `${at}: ${problem.message} (on “${entity}”). This script has been stopped; the game goes on.`;
    this.all.push(text);
    console.error(text, error);
    this.events.emit("script-error", problem);
    this.events.emit("problem", text);
  }

  private async place(error: unknown): Promise<{ file: string; line: number; column: number } | null> {
    if (this.mapUrl === null || !(error instanceof Error)) return null;
    try {
      const { originalPlace } = await import("./sourcemap");
      const place = await originalPlace(error.stack ?? "", this.mapUrl);
      return place && { ...place, file: this.projectPath(place.file) };
    } catch {
      return null; // the map is missing: the file's name has to do
    }
  }

  /** Bundlers write where a source lay from the map: what counts is its path in the project. */
  private projectPath(source: string): string {
    return this.paths().find((path) => `/${source}`.endsWith(`/${path}`)) ?? source;
  }
}
