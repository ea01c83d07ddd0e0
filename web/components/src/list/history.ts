import type { ExportSummary } from "@aethel/export-client";

/** A project's exports as far as they were read, the newest first. */
export class History {
  exports: readonly ExportSummary[] = [];
  /** Where the older ones begin; null where there are none. */
  nextPageToken: string | null = null;
  /** Whether the first page has come. */
  loaded = false;

  clear(): void {
    this.exports = [];
    this.nextPageToken = null;
    this.loaded = false;
  }

  /** Take in a page: the newest one again, or older ones. What is known already is replaced. */
  take(page: { exports: readonly ExportSummary[]; nextPageToken: string | null }, { older }: { older: boolean }): void {
    const came = new Set(page.exports.map(({ id }) => id));
    const others = this.exports.filter(({ id }) => !came.has(id));
    const reached = this.loaded && !older && page.exports.length > 0 && others.length < this.exports.length;
    this.exports = older ? [...others, ...page.exports] : reached ? [...page.exports, ...others] : page.exports;
    if (older || !reached) this.nextPageToken = page.nextPageToken;
    this.loaded = true;
  }

  /** Put newer news of one export in its place. */
  replace(summary: ExportSummary): void {
    this.exports = this.exports.map((known) => (known.id === summary.id ? summary : known));
  }
}
