/**
 * Modules that a page imports while it runs. No script is told of such a request, so a page with `import(` in its scripts is waited for in each
 * of its frames: the page's server answers a barrier when all scripts have been sent, the list of resources says which have come, and importing
 * such a module once more resolves when it has run, as a page has each module once.
 */

import type { FilmClock } from "../clock/clock";
import { real, rest } from "../real";

const IMPORTS = /\bimport\s*\(/;
/** Asks for the page itself, as a barrier. */
const BARRIER = "?film-barrier=";
/** What a response that is on its way within the browser needs, ms. */
const ARRIVING_MS = 2;
/** Real time for a module to run; one that waits for a time of the film at its top is not waited for longer, ms. */
const RUNNING_MS = 5_000;

export class Imports {
  private asked = 0;
  private arrived: string[] = [];
  /** What came as a script of another kind: as a module it would run a second time. */
  private readonly classic = new Set<string>();
  private readonly resources = new PerformanceObserver((list) => this.note(list.getEntries()));
  private readonly insertions = new MutationObserver((records) => this.look(records));

  private constructor(
    private readonly barrier: string,
    private readonly clock: FilmClock,
  ) {
    // Not by the list of the page's resources, which ends at 250.
    this.resources.observe({ type: "resource" });
    this.insertions.observe(document, { childList: true, subtree: true });
  }

  /** Null for a page whose scripts import nothing while they run. */
  static async of(page: Document, clock: FilmClock): Promise<Imports | null> {
    const inline = [...page.scripts].map(({ text }) => text);
    const loaded = performance
      .getEntriesByType("resource")
      .filter(({ name }) => /\.[cm]?js(?:$|\?)/.test(name) && new URL(name).origin === location.origin);
    const texts = [...inline, ...(await Promise.all(loaded.map(({ name }) => read(name))))];
    if (!texts.some((text) => IMPORTS.test(text))) return null;
    return new Imports(new URL(BARRIER, location.href).href, clock);
  }

  async settle(): Promise<void> {
    for (let come = true; come;) {
      await real.fetch(`${this.barrier}${++this.asked}`, { method: "HEAD", cache: "no-store" }).catch(() => undefined);
      await rest(ARRIVING_MS);
      this.note(this.resources.takeRecords());
      this.look(this.insertions.takeRecords());
      const modules = this.arrived.filter((address) => !this.classic.has(address));
      come = this.arrived.length > 0;
      this.arrived = [];
      // What a worker imports is listed here as well, and must not run in the page.
      if (modules.length > 0 && this.clock.workers.length === 0)
        await real.Promise.race([Promise.allSettled(modules.map((address) => import(address))), rest(RUNNING_MS)]);
      await this.clock.settle();
    }
  }

  private note(entries: PerformanceEntryList): void {
    for (const { name, initiatorType } of entries as PerformanceResourceTiming[])
      if (initiatorType === "script" && new URL(name).origin === location.origin) this.arrived.push(name);
  }

  private look(records: MutationRecord[]): void {
    for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (!(node instanceof Element)) continue;
      for (const script of [node, ...node.querySelectorAll("script")])
        if (script instanceof HTMLScriptElement && script.type !== "module") this.classic.add(script.src);
    }
  }
}

async function read(address: string): Promise<string> {
  try {
    return await (await real.fetch(address)).text();
  } catch {
    return "";
  }
}
