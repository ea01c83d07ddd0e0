/**
 * The first script of a game in one file: from here on, whatever the game asks for comes out of the page itself.
 *
 * In a worker of such a game it does the same; there the archive stands before it.
 */

import { Addresses, ROOT } from "./addresses";
import { Archive, type Packed } from "./archive";
import { serveElements } from "./elements";
import type { Game } from "./game";
import { keepHistory } from "./history";
import { keepServiceWorkers } from "./serviceWorkers";
import { serveMarkup } from "./markup";
import { serveFrames, writePage } from "./page";
import { answerRequests } from "./requests";
import { keepInMemory } from "./storage";
import { inlined, serveSheets } from "./styles";
import { serveImports, serveWorkers } from "./workers";

interface WorkerStart {
  aethelFiles?: Packed;
  aethelPlace?: string;
  aethelLoader?: string;
}

/** Modules that others import by an address which they put together: what the bundle hands over. */
type Modules = Record<string, () => unknown>;

function startPage(): void {
  const script = document.getElementById("aethel-loader") as HTMLScriptElement;
  const files = document.getElementById("aethel-files")!;
  const archive = Archive.read(files.textContent ?? "{}");
  const game = { archive, addresses: new Addresses(archive, document.baseURI), loader: script.text };
  const page = script.dataset.page ?? "index.html";
  files.remove();
  script.remove();
  answerRequests(globalThis, game);
  keepInMemory();
  keepHistory();
  keepServiceWorkers();
  serveElements(game);
  serveFrames(game);
  serveMarkup(game);
  serveSheets(game);
  serveWorkers(game);
  serveModules(game);
  writePage(game, page);
}

function startWorker(): void {
  const { aethelFiles = {}, aethelPlace = "", aethelLoader = "" } = globalThis as WorkerStart;
  const archive = Archive.of(aethelFiles);
  const addresses = new Addresses(archive, "");
  addresses.base = ROOT + aethelPlace.split("/").map(encodeURIComponent).join("/");
  const game = { archive, addresses, loader: aethelLoader };
  answerRequests(globalThis, game);
  serveImports(game);
  serveWorkers(game);
}

/** How a bundle imports what it could not name: by the game's own path. */
function serveModules(game: Game): void {
  const { addresses, archive } = game;
  const modules: Modules = {};
  Object.assign(globalThis, {
    aethelModules: modules,
    aethelImport: (address: unknown): unknown => {
      const found = modules[addresses.place(address)?.path ?? ""];
      if (!found) throw new TypeError(`${String(address)} is not a module of this file`);
      return found();
    },
    /** A style sheet that a module imports. */
    aethelSheet: (path: string): CSSStyleSheet => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(inlined(game, archive.string(path), path));
      return sheet;
    },
  });
}

if (typeof document === "undefined") startWorker();
else startPage();
