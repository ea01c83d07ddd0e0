/** Workers begin with nothing: each gets the loader and the archive before its own text. */

import type { Game } from "./game";

/** Lets a worker of one page be told of its connection as a shared one is. */
const CONNECTS = `self.addEventListener("message",(event)=>{if(event.data!=="aethel-connect")return;event.stopImmediatePropagation();const made=new MessageEvent("connect",{ports:event.ports});self.dispatchEvent(made);self.onconnect?.(made)});`;

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
  if (globalThis.SharedWorker) serveSharedWorkers(game, Real);
}

/** A file has one page, so nobody else could share them: each is a worker of this page's own. */
function serveSharedWorkers(game: Game, RealWorker: typeof Worker): void {
  const Real = globalThis.SharedWorker;
  const running = new Map<string, Worker>();
  const Served = function (url: string | URL, options?: string | WorkerOptions): object {
    const path = game.addresses.own(url);
    if (path === null) return new Real(url, options);
    const key = `${path} ${typeof options === "string" ? options : (options?.name ?? "")}`;
    const worker = running.get(key) ?? new RealWorker(workerAddress(game, path, CONNECTS));
    running.set(key, worker);
    const { port1, port2 } = new MessageChannel();
    worker.postMessage("aethel-connect", [port2]);
    const shared = Object.assign(new EventTarget(), { port: port1, onerror: null as ((event: Event) => void) | null });
    worker.addEventListener("error", (event) => {
      const told = new ErrorEvent("error", { message: event.message });
      shared.dispatchEvent(told);
      shared.onerror?.(told);
    });
    return shared;
  };
  globalThis.SharedWorker = Served as unknown as typeof SharedWorker;
}

function workerAddress({ archive, loader }: Game, path: string, before = ""): string {
  const start = `self.aethelFiles=${archive.text};self.aethelPlace=${JSON.stringify(path)};self.aethelLoader=${JSON.stringify(loader)};`;
  const parts = [start, loader, "\n", before, archive.string(path)];
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
