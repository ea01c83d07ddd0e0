/** Workers begin with nothing: each gets the loader and the archive before its own text. */

import type { Game } from "./game";

export function serveWorkers(game: Game): void {
  const Real = globalThis.Worker;
  if (!Real) return;
  globalThis.Worker = class extends Real {
    constructor(url: string | URL, options?: WorkerOptions) {
      const path = game.addresses.own(url);
      // A module of the game was bundled into one plain script.
      if (path === null) super(url, options);
      else super(workerAddress(game, path), { ...options, type: "classic" });
    }
  };
}

function workerAddress({ archive, loader }: Game, path: string): string {
  const start = `self.aethelFiles=${archive.text};self.aethelPlace=${JSON.stringify(path)};`;
  const parts = [start, loader, "\n", archive.string(path)];
  return URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
}

/** `importScripts` in such a worker. */
export function serveImports({ archive, addresses }: Game): void {
  const scope = globalThis as unknown as { importScripts: (...addresses: string[]) => void };
  const real = scope.importScripts.bind(scope);
  scope.importScripts = (...names) => {
    for (const name of names) {
      const path = addresses.own(name);
      real(path === null ? name : URL.createObjectURL(new Blob([archive.bytes(path)], { type: "text/javascript" })));
    }
  };
}
