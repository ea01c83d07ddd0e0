/** The game's own code: one module whose default export maps project paths to module namespaces. */

import { GameError, messageOf } from "../core/errors";
import { normalise } from "../core/paths";

export type ScriptModule = Record<string, unknown>;

export class Bundle {
  private modules: Record<string, ScriptModule> = {};
  /** Settled once the game's scripts are there, or cannot be. */
  ready: Promise<void> = Promise.resolve();

  load(url: string): void {
    this.ready = this.fetch(url);
    this.ready.catch(() => undefined); // whoever opens a scene waits for it, and is told
  }

  private async fetch(url: string): Promise<void> {
    try {
      const bundle = (await import(/* the game's, not ours */ url)) as { default: Record<string, ScriptModule> };
      this.modules = bundle.default;
    } catch (cause) {
      throw new GameError("The game's scripts cannot be loaded", messageOf(cause), { cause });
    }
  }

  get paths(): string[] {
    return Object.keys(this.modules);
  }

  /** By project path; `scripts/` and the extension may be left out. */
  find(reference: string): { path: string; module: ScriptModule } | null {
    const path = normalise(reference);
    for (const root of ["", "scripts/"]) {
      for (const extension of ["", ".ts", ".js", ".mjs", ".tsx", ".jsx"]) {
        const candidate = root + path + extension;
        const module = this.modules[candidate];
        if (module) return { path: candidate, module };
      }
    }
    return null;
  }
}
