/** Makes the film wait for what a page loads and decodes: all that a script can ask for, and learns of later. */

import { watchDatabases } from "./databases";
import type { Pending } from "./pending";
import { replace, type Method } from "./replace";

type Scope = Window & typeof globalThis;

export function watchLoads(scope: Scope, pending: Pending): void {
  watchFetch(scope, pending);
  watchRequests(scope, pending);
  if (scope.HTMLImageElement) watchImages(scope, pending);
  for (const [owner, names] of promising(scope))
    for (const name of names) watchPromise(owner, name, pending, `${name}()`);
  if (scope.BaseAudioContext) watchDecoding(scope, pending);
  watchDatabases(scope, pending);
}

/** Methods whose promises come from a thread or a process beside the page's own. */
function promising(scope: Scope): [object, string[]][] {
  return [
    [scope.Response.prototype, ["arrayBuffer", "blob", "bytes", "formData", "json", "text"]],
    [scope.Blob.prototype, ["arrayBuffer", "bytes", "text"]],
    [scope.WebAssembly, ["compile", "instantiate", "compileStreaming", "instantiateStreaming"]],
    [scope, ["createImageBitmap"]],
    ...(scope.HTMLImageElement ? ([[scope.HTMLImageElement.prototype, ["decode"]]] as [object, string[]][]) : []),
    [scope.FontFace.prototype, ["load"]],
    ...(scope.isSecureContext
      ? ([
          [scope.SubtleCrypto.prototype, ["digest", "importKey", "deriveBits", "encrypt", "decrypt", "sign", "verify"]],
          [scope.FileSystemDirectoryHandle.prototype, ["getFileHandle", "getDirectoryHandle"]],
          [scope.Cache.prototype, ["match", "add", "addAll", "put"]],
        ] as [object, string[]][])
      : []),
  ];
}

function watchPromise(owner: object, name: string, pending: Pending, what: string): void {
  replace(owner, name, (original) => {
    return function (this: unknown, ...args: unknown[]) {
      const answer = original.apply(this, args);
      return answer instanceof Promise ? pending.watch(what, answer) : answer;
    };
  });
}

function watchFetch(scope: Scope, pending: Pending): void {
  replace(scope, "fetch", (original) => {
    return function (...args: unknown[]) {
      const [asked] = args;
      const url = asked instanceof scope.Request ? asked.url : String(asked);
      return pending.watch(short(url), original.apply(scope, args) as Promise<Response>);
    };
  });
  watchBodies(scope, pending);
}

/** Bodies that are read piece by piece. */
function watchBodies(scope: Scope, pending: Pending): void {
  const bodies = new WeakSet<object>();
  const body = Object.getOwnPropertyDescriptor(scope.Response.prototype, "body");
  const read = body?.get;
  if (!read) return;
  Object.defineProperty(scope.Response.prototype, "body", {
    ...body,
    get(this: Response) {
      const stream = read.call(this) as ReadableStream | null;
      if (stream) bodies.add(stream);
      return stream;
    },
  });
  replace(scope.ReadableStream.prototype, "getReader", (original) => {
    return function (this: unknown, ...args: unknown[]) {
      const reader = original.apply(this, args) as ReadableStreamDefaultReader;
      if (bodies.has(this as object)) {
        const next = reader.read.bind(reader);
        Object.defineProperty(reader, "read", { value: () => pending.watch("the rest of a download", next()) });
      }
      return reader;
    };
  });
  for (const name of ["pipeTo"]) watchPromise(scope.ReadableStream.prototype, name, pending, "a stream");
}

function watchRequests(scope: Scope, pending: Pending): void {
  const { prototype } = scope.XMLHttpRequest;
  const urls = new WeakMap<object, string>();
  replace(prototype, "open", (original) => {
    return function (this: unknown, ...args: unknown[]) {
      urls.set(this as object, short(String(args[1])));
      return original.apply(this, args);
    };
  });
  replace(prototype, "send", (original) => {
    return function (this: unknown, ...args: unknown[]) {
      const request = this as XMLHttpRequest;
      const done = pending.add(urls.get(request) ?? "a request");
      request.addEventListener("loadend", done, { once: true });
      try {
        return original.apply(this, args);
      } catch (error) {
        done();
        throw error;
      }
    };
  });
  replace(scope.FileReader.prototype, "readAsArrayBuffer", (original) => fileReading(original, pending));
  replace(scope.FileReader.prototype, "readAsDataURL", (original) => fileReading(original, pending));
  replace(scope.FileReader.prototype, "readAsText", (original) => fileReading(original, pending));
}

function fileReading(original: Method, pending: Pending): Method {
  return function (this: unknown, ...args: unknown[]) {
    (this as FileReader).addEventListener("loadend", pending.add("a file that is read"), { once: true });
    return original.apply(this, args);
  };
}

/** Pictures, scripts and style sheets that elements ask for. */
function watchImages(scope: Scope, pending: Pending): void {
  const follow = (element: HTMLElement, address: string): void => {
    if (address === "") return;
    const done = pending.add(short(address));
    element.addEventListener("load", done, { once: true });
    element.addEventListener("error", done, { once: true });
  };
  const watchProperty = (prototype: object, name: string): void => {
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    const write = own?.set;
    if (!write) return;
    Object.defineProperty(prototype, name, {
      ...own,
      set(this: HTMLElement, value: unknown) {
        if (!(this instanceof scope.HTMLScriptElement)) follow(this, String(value));
        write.call(this, value);
      },
    });
  };
  watchProperty(scope.HTMLImageElement.prototype, "src");
  replace(scope.Element.prototype, "setAttribute", (original) => {
    return function (this: unknown, ...args: unknown[]) {
      if (this instanceof scope.HTMLImageElement && String(args[0]).toLowerCase() === "src")
        follow(this, String(args[1]));
      return original.apply(this, args);
    };
  });
  watchInsertions(scope, follow);
}

/** Scripts and style sheets are asked for when they come into the document. */
function watchInsertions(scope: Scope, follow: (element: HTMLElement, address: string) => void): void {
  const seen = new WeakSet<Node>();
  const look = (node: unknown): void => {
    if (!(node instanceof scope.HTMLElement) || seen.has(node) || !node.isConnected) return;
    const found = node.matches("script, link") ? [node] : [...node.querySelectorAll("script, link")];
    for (const element of found) {
      if (seen.has(element)) continue;
      seen.add(element);
      const { src } = element as HTMLScriptElement;
      const { rel, href, disabled } = element as HTMLLinkElement;
      if (element instanceof scope.HTMLScriptElement && src) follow(element, src);
      if (element instanceof scope.HTMLLinkElement && /\bstylesheet\b/.test(rel) && !disabled) follow(element, href);
    }
  };
  for (const name of ["appendChild", "insertBefore", "replaceChild"])
    replace(scope.Node.prototype, name, (original) => {
      return function (this: unknown, ...args: unknown[]) {
        const answer = original.apply(this, args);
        look(args[0]);
        return answer;
      };
    });
  for (const name of ["append", "prepend", "replaceChildren"])
    replace(scope.Element.prototype, name, (original) => {
      return function (this: unknown, ...args: unknown[]) {
        original.apply(this, args);
        args.forEach(look);
      };
    });
}

function watchDecoding(scope: Scope, pending: Pending): void {
  replace(scope.BaseAudioContext.prototype, "decodeAudioData", (original) => {
    return function (this: unknown, ...args: unknown[]) {
      return pending.watch("a sound that is decoded", original.apply(this, args) as Promise<unknown>);
    };
  });
}

function short(address: string): string {
  return address.startsWith("data:") ? "a picture in the page" : address.slice(0, 200);
}
