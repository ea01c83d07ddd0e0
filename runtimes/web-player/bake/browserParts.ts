/** What three.js takes from browsers and node does not have: files behind `fetch`, events of progress, workers made of a text. */

import { resolveObjectURL } from "node:buffer";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Worker as Thread } from "node:worker_threads";

const PRELUDE = `
const { parentPort } = require("node:worker_threads");
globalThis.self = globalThis;
self.postMessage = (message, moved) => parentPort.postMessage(message, moved);
parentPort.on("message", (data) => onmessage({ data }));
`;

/** A worker of the kind that loaders start: it gets messages and answers them. */
class TextWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  private readonly thread: Promise<Thread>;

  constructor(url: string) {
    this.thread = this.start(url);
  }

  private async start(url: string): Promise<Thread> {
    const thread = new Thread(PRELUDE + (await resolveObjectURL(url)?.text()), { eval: true });
    thread.on("message", (data) => this.onmessage?.({ data }));
    return thread;
  }

  postMessage(message: unknown, moved: ArrayBuffer[] = []): void {
    void this.thread.then((thread) => thread.postMessage(message, moved));
  }

  terminate(): void {
    void this.thread.then((thread) => thread.terminate());
  }
}

const fetchOverNetwork = globalThis.fetch;

async function fetchHere(input: string | URL | Request): Promise<Response> {
  const url = input instanceof Request ? input.url : String(input);
  return url.startsWith("file:") ? new Response(await readFile(fileURLToPath(url))) : fetchOverNetwork(input);
}

export function addBrowserParts(): void {
  Object.assign(globalThis, { fetch: fetchHere, ProgressEvent: Event, Worker: TextWorker });
}
