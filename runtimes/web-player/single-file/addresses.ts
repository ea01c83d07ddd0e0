/** Which of the game's files an address means: relative ones, and those below the page's own folder. */

import type { Archive } from "./archive";

/** Modules were bundled; each still knows its place, below this. */
export const ROOT = "https://game.invalid/";

/** An address without a protocol means a host; from a disk it would be a file's. */
export function hosted(address: string): string {
  const elsewhere = /^\s*\/\//.test(address) && !location.protocol.startsWith("http");
  return elsewhere ? `https:${address.trim()}` : address;
}

/** A path of the game; null: no file of that name is there; undefined: it is not the game's to answer. */
export type Found = string | null | undefined;

export class Addresses {
  /** What relative addresses are relative to. */
  base = ROOT;
  private readonly folder: string | null;

  /** @param place where the page itself lies; addresses below its folder are the game's, too */
  constructor(
    private readonly archive: Archive,
    place: string,
  ) {
    this.folder = folderOf(place);
  }

  /** The game's file behind an address. */
  find(address: unknown): Found {
    const place = this.place(address);
    if (!place) return undefined;
    // What a host has beside the page is for the host to say; beside a file there is nothing.
    return this.known(place.path) ?? (place.hosted ? undefined : null);
  }

  /** Where an address lies in the game, whether or not a file is there. */
  place(address: unknown): { path: string; hosted: boolean } | null {
    const url = parsed(String(address), this.base);
    const root = url && [ROOT, this.folder].find((root) => root && url.href.startsWith(root));
    if (!root) return null;
    const path = decoded(url.href.slice(root.length).replace(/[?#].*$/s, ""));
    return { path, hosted: root !== ROOT && root.startsWith("http") };
  }

  /** The same, or null; for whoever only has use for what is there. */
  own(address: unknown): string | null {
    return this.find(address) ?? null;
  }

  /** What `address` means in a file that lies at another one. */
  from(base: string, address: string): Found {
    const url = parsed(address, base);
    return url ? this.find(url.href) : undefined;
  }

  /** Where whatever the page itself resolves has to begin; null where nothing can lie below it. */
  get hosted(): string | null {
    return this.folder !== null && this.base.startsWith(ROOT) ? this.folder + this.base.slice(ROOT.length) : null;
  }

  private known(path: string): string | null {
    if (this.archive.has(path)) return path;
    const page = path === "" || path.endsWith("/") ? `${path}index.html` : null;
    return page !== null && this.archive.has(page) ? page : null;
  }
}

function folderOf(place: string): string | null {
  const url = parsed(place);
  if (!url || !/^(file|https?):$/.test(url.protocol)) return null;
  return new URL(".", url).href;
}

function parsed(address: string, base?: string): URL | null {
  try {
    return new URL(address, base);
  } catch {
    return null;
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a per cent sign that stands for itself
  }
}
