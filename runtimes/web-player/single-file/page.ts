/** The game's page is written into this one, with everything that it names in place. */

import { hosted, ROOT } from "./addresses";
import { watchPage } from "./arrivals";
import { serveTree } from "./elements";
import type { Game } from "./game";
import { writePlainly } from "./markup";
import { inlineText } from "./scripts";
import { inlined } from "./styles";

/** Where the exporter put all modules of a page, as one. */
const bundleOf = (page: string): string => `.aethel/${page}.js`;
const LEFT_OUT = ["manifest", "modulepreload", "preload", "prefetch", "preconnect", "dns-prefetch"];

/** Writes a page of the game into the document that is being read, or that was opened anew. */
export function writePage(game: Game, path: string): void {
  const page = new DOMParser().parseFromString(game.archive.string(path), "text/html");
  const base = page.querySelector("base[href]")?.getAttribute("href") ?? "";
  game.addresses.base = new URL(base, ROOT + path.split("/").map(encodeURIComponent).join("/")).href;
  page.querySelectorAll("base, meta[http-equiv='content-security-policy' i]").forEach((element) => element.remove());
  if (base && game.addresses.hosted !== null) page.head.prepend(baseOf(page, game.addresses.hosted));
  const place = game.addresses.base.startsWith(ROOT) ? game.addresses.base.slice(ROOT.length) : path;
  nameHosts(page);
  inlineLinks(game, page);
  inlineScripts(game, page, path);
  serveTree(game, page, decodeURIComponent(place));
  inlineFrames(game, page);
  watchPage(game);
  followLinks(game);
  writePlainly(page.documentElement.outerHTML);
}

/** What comes from a host says so: here its address begins as a file's. */
function nameHosts(page: Document): void {
  for (const name of ["src", "href"]) {
    for (const element of page.querySelectorAll(`[${name}^="//"]`))
      element.setAttribute(name, hosted(element.getAttribute(name)!));
  }
}

/** What the page resolves by itself, such as a link's `href`, is below its own base, too. */
function baseOf(page: Document, address: string): HTMLBaseElement {
  const base = page.createElement("base");
  base.setAttribute("href", address);
  return base;
}

function inlineLinks(game: Game, page: Document): void {
  for (const link of page.querySelectorAll<HTMLLinkElement>("link[href]")) {
    const path = game.addresses.find(link.getAttribute("href"));
    const rels = link.rel.toLowerCase().split(/\s+/);
    if (path === undefined) continue;
    if (path === null || rels.some((rel) => LEFT_OUT.includes(rel))) link.remove();
    else if (rels.includes("stylesheet")) link.replaceWith(styleOf(game, page, link, path));
    else link.setAttribute("href", game.archive.address(path));
  }
}

function styleOf(game: Game, page: Document, link: HTMLLinkElement, path: string): HTMLStyleElement {
  const style = page.createElement("style");
  for (const name of ["id", "media", "title"]) {
    const value = link.getAttribute(name);
    if (value !== null) style.setAttribute(name, value);
  }
  // Until somebody chooses it.
  if (link.hasAttribute("disabled") || link.relList.contains("alternate")) style.setAttribute("media", "not all");
  style.textContent = inlined(game, game.archive.string(path), path);
  return style;
}

/** Modules are one script, where the first of them stood; scripts that do not hold up the page move to its end. */
function inlineScripts(game: Game, page: Document, path: string): void {
  const bundle = bundleOf(path);
  let modules = game.archive.has(bundle);
  for (const script of page.querySelectorAll("script")) {
    const type = (script.getAttribute("type") ?? "").trim().toLowerCase();
    if (type === "importmap" && game.archive.has(bundle)) script.remove();
    else if (type === "module" && game.archive.has(bundle)) {
      if (modules) inlineText(script, bundle, game.archive.string(bundle), bundle);
      else script.remove();
      modules = false;
    } else inlineScript(game, page, script);
  }
}

function inlineScript(game: Game, page: Document, script: HTMLScriptElement): void {
  const source = script.getAttribute("src");
  const path = source === null ? undefined : game.addresses.find(source);
  if (source === null || path === undefined) return;
  if (path === null) {
    console.error(`${source} is not in this file`);
    script.remove();
    return;
  }
  inlineText(script, source, game.archive.string(path), path);
  if (script.hasAttribute("defer") || script.hasAttribute("async")) page.body.append(script);
}

/** A frame with a page of the game is a game of its own. */
function inlineFrames(game: Game, page: Document): void {
  for (const frame of page.querySelectorAll("iframe[src]")) {
    const path = game.addresses.own(frame.getAttribute("src"));
    if (path === null || !isPage(game, path)) continue;
    frame.removeAttribute("src");
    frame.setAttribute("srcdoc", documentOf(game, path));
  }
}

/** Frames that scripts make. */
export function serveFrames(game: Game): void {
  const real = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, "src")!;
  Object.defineProperty(HTMLIFrameElement.prototype, "src", {
    ...real,
    set(this: HTMLIFrameElement, value: unknown) {
      const path = game.addresses.own(value);
      if (path === null || !isPage(game, path)) real.set!.call(this, value);
      else this.srcdoc = documentOf(game, path);
    },
  });
}

function isPage({ archive }: Game, path: string): boolean {
  return archive.type(path).startsWith("text/html");
}

function documentOf({ archive, loader }: Game, path: string): string {
  const start = `<!doctype html><meta charset="utf-8"><script type="application/json" id="aethel-files">`;
  return `${start}${archive.text}</script><script id="aethel-loader" data-page="${path.replaceAll('"', "&quot;")}">${loader}</script>`;
}

/** A link to another page of the game opens it here. */
function followLinks(game: Game): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a[href]");
    const href = link?.getAttribute("href") ?? "#";
    const path = href.startsWith("#") || event.defaultPrevented ? null : game.addresses.own(href);
    if (path === null || !isPage(game, path)) return;
    event.preventDefault();
    openPage(game, path);
  });
}

function openPage(game: Game, path: string): void {
  document.open();
  writePlainly("<!doctype html>");
  writePage(game, path);
  document.close();
}
