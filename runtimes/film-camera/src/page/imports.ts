/**
 * Modules that a page imports while it runs. No script is told of such a request, so a page with `import(` in its scripts is waited for in each
 * of its frames: what is asked for later on the same way is answered later, and a module's arrival is seen in the list of resources.
 */

import type { FilmClock } from "../clock/clock";
import { real, rest } from "../real";

const IMPORTS = /\bimport\s*\(/;
/** Asks for the page itself, as a barrier. */
const BARRIER = "?film-barrier=";
/** What a module that has arrived needs to be compiled, ms. */
const COMPILING_MS = 2;

export class Imports {
  private asked = 0;

  private constructor(private readonly barrier: string) {}

  /** Null for a page whose scripts import nothing while they run. */
  static async of(page: Document): Promise<Imports | null> {
    const inline = [...page.scripts].map(({ text }) => text);
    const loaded = performance
      .getEntriesByType("resource")
      .filter(({ name }) => /\.[cm]?js(?:$|\?)/.test(name) && new URL(name).origin === location.origin);
    const texts = [...inline, ...(await Promise.all(loaded.map(({ name }) => read(name))))];
    if (!texts.some((text) => IMPORTS.test(text))) return null;
    return new Imports(new URL(BARRIER, location.href).href);
  }

  async settle(clock: FilmClock): Promise<void> {
    for (let before = -1; before !== this.resources;) {
      before = this.resources;
      await real.fetch(`${this.barrier}${++this.asked}`, { method: "HEAD", cache: "no-store" }).catch(() => undefined);
      await rest(COMPILING_MS);
      await clock.settle();
    }
  }

  /** Resources that have arrived, barriers left out. */
  private get resources(): number {
    return performance.getEntriesByType("resource").filter(({ name }) => !name.startsWith(this.barrier)).length;
  }
}

async function read(address: string): Promise<string> {
  try {
    return await (await real.fetch(address)).text();
  } catch {
    return "";
  }
}
