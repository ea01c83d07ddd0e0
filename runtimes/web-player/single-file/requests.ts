/** `fetch` and `XMLHttpRequest` answer from the archive; nothing is requested. */

import { hosted } from "./addresses";
import type { Game } from "./game";

type Scope = typeof globalThis;

export function answerRequests(scope: Scope, game: Game): void {
  scope.fetch = fetchFrom(game, scope.fetch?.bind(scope));
  scope.XMLHttpRequest = requestFrom(game, scope.XMLHttpRequest);
}

function fetchFrom({ archive, addresses }: Game, real: typeof fetch): typeof fetch {
  return async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const path = addresses.find(address);
    if (path === undefined) return real(input instanceof Request ? input : hosted(address), init);
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const method = (init?.method ?? (input instanceof Request ? input.method : "GET")).toUpperCase();
    signal?.throwIfAborted();
    await undefined; // until then a game can change its mind
    signal?.throwIfAborted();
    const answer = answerOf(method, path && { bytes: archive.bytes(path), type: archive.type(path) });
    Object.defineProperty(answer, "url", { value: new URL(address, addresses.base).href });
    return answer;
  };
}

const NOT_FOUND = { status: 404, statusText: "Not Found" };
/** Of whoever sends something to a host that only has files. */
const NOT_ALLOWED = { status: 405, statusText: "Method Not Allowed" };
const READING = ["GET", "HEAD"];

function answerOf(method: string, found: { bytes: Uint8Array<ArrayBuffer>; type: string } | null | ""): Response {
  if (!READING.includes(method)) return new Response(null, NOT_ALLOWED);
  if (!found) return new Response(null, NOT_FOUND);
  const headers = { "Content-Type": found.type, "Content-Length": String(found.bytes.length) };
  return new Response(method === "HEAD" ? null : found.bytes, { headers });
}

/** A request that never leaves the page, with the events and values of one that did. */
function requestFrom({ archive, addresses }: Game, Real: typeof XMLHttpRequest): typeof XMLHttpRequest {
  return class extends Real {
    private path: string | null | undefined;
    private state = 0;
    private later = false;
    private sent = false;
    private method = "";
    private address = "";
    private mime = "";
    private kind: XMLHttpRequestResponseType = "";
    private body: Uint8Array<ArrayBuffer> | null = null;
    private made: unknown;

    override open(method: string, url: string | URL, later = true, ...rest: (string | null | undefined)[]): void {
      this.path = addresses.find(url);
      if (this.path === undefined) {
        super.open(method, hosted(String(url)), later, ...(rest as [string?, string?]));
        if (this.kind) super.responseType = this.kind;
        return;
      }
      this.address = new URL(url, addresses.base).href;
      this.method = method.toUpperCase();
      [this.later, this.sent, this.body, this.made] = [later, false, null, undefined];
      this.become(1);
    }

    override send(body?: Document | XMLHttpRequestBodyInit | null): void {
      if (this.path === undefined) return super.send(body);
      this.sent = true;
      if (this.later) setTimeout(() => this.finish());
      else this.finish();
    }

    private finish(): void {
      if (this.state !== 1 || !this.sent) return; // aborted, or opened anew
      this.tell("loadstart", 0);
      this.body = this.path && this.method === "GET" ? archive.bytes(this.path) : new Uint8Array();
      this.become(2);
      this.become(3);
      this.tell("progress", this.body.length);
      this.become(4);
      this.tell("load", this.body.length);
      this.tell("loadend", this.body.length);
    }

    private get refusal(): typeof NOT_FOUND | null {
      if (!READING.includes(this.method)) return NOT_ALLOWED;
      return this.path === null ? NOT_FOUND : null;
    }

    private become(state: number): void {
      this.state = state;
      this.dispatchEvent(new Event("readystatechange"));
    }

    private tell(name: string, loaded: number): void {
      const total = this.body?.length ?? 0;
      this.dispatchEvent(new ProgressEvent(name, { lengthComputable: true, loaded, total }));
    }

    override abort(): void {
      if (this.path === undefined) return super.abort();
      if (this.sent && this.state < 4) {
        this.become(4);
        for (const event of ["abort", "loadend"]) this.tell(event, 0);
      }
      this.state = 0;
    }

    override setRequestHeader(name: string, value: string): void {
      if (this.path === undefined) super.setRequestHeader(name, value);
    }

    override overrideMimeType(mime: string): void {
      this.mime = mime;
      super.overrideMimeType(mime);
    }

    override getResponseHeader(name: string): string | null {
      if (this.path === undefined) return super.getResponseHeader(name);
      return this.path && this.state > 1 ? (this.headers()[name.toLowerCase()] ?? null) : null;
    }

    override getAllResponseHeaders(): string {
      if (this.path === undefined) return super.getAllResponseHeaders();
      const lines = Object.entries(this.path && this.state > 1 ? this.headers() : {});
      return lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    }

    private headers(): Record<string, string> {
      const { length } = this.method === "HEAD" ? archive.bytes(this.path!) : (this.body ?? []);
      return { "content-type": archive.type(this.path!), "content-length": String(length) };
    }

    override get readyState(): number {
      return this.path === undefined ? super.readyState : this.state;
    }

    override get status(): number {
      if (this.path === undefined) return super.status;
      return this.state < 2 ? 0 : this.refusal ? this.refusal.status : 200;
    }

    override get statusText(): string {
      if (this.path === undefined) return super.statusText;
      return this.state < 2 ? "" : this.refusal ? this.refusal.statusText : "OK";
    }

    override get responseURL(): string {
      return this.path === undefined ? super.responseURL : this.state < 2 ? "" : this.address;
    }

    override get responseType(): XMLHttpRequestResponseType {
      return this.path === undefined ? super.responseType : this.kind;
    }

    override set responseType(kind: XMLHttpRequestResponseType) {
      this.kind = kind;
      if (this.path === undefined && super.readyState > 0) super.responseType = kind;
    }

    override get response(): unknown {
      if (this.path === undefined) return super.response;
      if (this.kind === "" || this.kind === "text") return this.responseText;
      if (this.state < 4) return null;
      return (this.made ??= this.convert());
    }

    override get responseText(): string {
      if (this.path === undefined) return super.responseText;
      if (this.state < 3 || !this.body) return "";
      // What games ask for to get bytes as characters.
      const charset = /charset=([\w-]+)/i.exec(this.mime)?.[1] ?? "utf-8";
      return new TextDecoder(charset).decode(this.body);
    }

    override get responseXML(): Document | null {
      return this.path === undefined ? super.responseXML : this.state < 4 ? null : this.parse();
    }

    private convert(): unknown {
      const bytes = this.body!;
      switch (this.kind) {
        case "arraybuffer":
          return bytes.slice().buffer;
        case "blob":
          return new Blob([bytes], { type: this.mime || archive.type(this.path ?? "") });
        case "json":
          return json(new TextDecoder().decode(bytes));
        default:
          return this.parse();
      }
    }

    private parse(): Document | null {
      if (!this.path) return null;
      const type = /html/.test(archive.type(this.path)) ? "text/html" : "application/xml";
      return new DOMParser().parseFromString(new TextDecoder().decode(this.body!), type);
    }
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // as the standard has it
  }
}
