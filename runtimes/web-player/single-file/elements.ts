/** Elements that name a file get it without a request, whoever sets their address, and however. */

import { served, type Game } from "./game";
import { SOURCE, scriptText } from "./scripts";
import { inlined, servedStyle } from "./styles";

type Rewrite = (game: Game, value: string) => string;

const srcset: Rewrite = (game, value) =>
  value.replace(
    /([^\s,]\S*[^\s,]|[^\s,])(\s+[^,]+)?/g,
    (_, address: string, size = "") => served(game, address) + size,
  );

/** What names a file, by element and attribute. */
const NAMING: Record<string, Record<string, Rewrite>> = {
  IMG: { src: served, srcset },
  AUDIO: { src: served },
  VIDEO: { src: served, poster: served },
  SOURCE: { src: served, srcset },
  TRACK: { src: served },
  INPUT: { src: served },
  EMBED: { src: served },
  OBJECT: { data: served },
  image: { href: served, "xlink:href": served },
};
const CLASSES: [name: string, property: string, tag: string][] = [
  ["HTMLImageElement", "src", "IMG"],
  ["HTMLImageElement", "srcset", "IMG"],
  ["HTMLMediaElement", "src", "AUDIO"],
  ["HTMLVideoElement", "poster", "VIDEO"],
  ["HTMLSourceElement", "src", "SOURCE"],
  ["HTMLSourceElement", "srcset", "SOURCE"],
  ["HTMLTrackElement", "src", "TRACK"],
  ["HTMLInputElement", "src", "INPUT"],
  ["HTMLEmbedElement", "src", "EMBED"],
  ["HTMLObjectElement", "data", "OBJECT"],
];
const NAMES_A_FILE = /\b(?:src|srcset|href|poster|data|style)\s*=|<style/i;

/** From now on, in this page. */
export function serveElements(game: Game): void {
  for (const [name, property, tag] of CLASSES) serveProperty(game, name, property, NAMING[tag]![property]!);
  serveScripts(game);
  serveLinks(game);
  serveAttributes(game);
  serveMarkup(game);
  serveSheets(game);
  serveConstructors(game);
}

/** What was asked for, as the game will want to read it again. */
const given = new WeakMap<Element, Map<string, string>>();

function remember(element: Element, name: string, value: string): void {
  const values = given.get(element) ?? new Map<string, string>();
  given.set(element, values.set(name, value));
}

function serveProperty(game: Game, name: string, property: string, rewrite: Rewrite): void {
  const prototype = (globalThis as unknown as Record<string, { prototype: object } | undefined>)[name]?.prototype;
  const real = prototype && Object.getOwnPropertyDescriptor(prototype, property);
  if (!real?.set) return;
  Object.defineProperty(prototype, property, {
    ...real,
    get(this: Element): unknown {
      return given.get(this)?.get(property) ?? real.get!.call(this);
    },
    set(this: Element, value: unknown) {
      const text = String(value);
      const better = rewrite(game, text);
      given.get(this)?.delete(property);
      if (better !== text) remember(this, property, new URL(text, game.addresses.base).href);
      real.set!.call(this, better);
    },
  });
}

/** Scripts that have to say when they have run. */
const awaited = new WeakSet<Element>();

/** A script's file becomes its text; it runs where it is put into the page, and then says so. */
function serveScripts(game: Game): void {
  const real = Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, "src")!;
  Object.defineProperty(HTMLScriptElement.prototype, "src", {
    ...real,
    get(this: HTMLScriptElement): string {
      const source = this.getAttribute(SOURCE);
      return source === null ? (real.get!.call(this) as string) : new URL(source, game.addresses.base).href;
    },
    set(this: HTMLScriptElement, value: unknown) {
      const path = game.addresses.find(value);
      if (path === undefined) return real.set!.call(this, value);
      setAttribute.call(this, SOURCE, String(value));
      awaited.add(this);
      if (path !== null) this.text = scriptText(game.archive.string(path), path);
    },
  });
}

/** A link's file is looked at once the link is in the page: only there it is clear what it is for. */
function serveLinks(game: Game): void {
  const real = Object.getOwnPropertyDescriptor(HTMLLinkElement.prototype, "href")!;
  Object.defineProperty(HTMLLinkElement.prototype, "href", {
    ...real,
    get(this: HTMLLinkElement): string {
      const source = this.getAttribute(SOURCE);
      return source === null ? (real.get!.call(this) as string) : new URL(source, game.addresses.base).href;
    },
    set(this: HTMLLinkElement, value: unknown) {
      if (game.addresses.find(value) === undefined) real.set!.call(this, value);
      else setAttribute.call(this, SOURCE, String(value));
    },
  });
}

const setAttribute = globalThis.Element?.prototype.setAttribute;

function serveAttributes(game: Game): void {
  Element.prototype.setAttribute = function (this: Element, name: string, value: string): void {
    const lower = name.toLowerCase();
    if (this instanceof HTMLScriptElement && lower === "src") this.src = value;
    else if (this instanceof HTMLLinkElement && lower === "href") this.href = value;
    else if (this instanceof HTMLIFrameElement && lower === "src") this.src = value;
    else setAttribute.call(this, name, NAMING[this.tagName]?.[lower]?.(game, String(value)) ?? value);
  };
  const setAttributeNS = Element.prototype.setAttributeNS;
  Element.prototype.setAttributeNS = function (this: Element, space: string | null, name: string, value: string): void {
    setAttributeNS.call(this, space, name, NAMING[this.tagName]?.[name.toLowerCase()]?.(game, String(value)) ?? value);
  };
}

/** Markup is rewritten where nothing is loaded yet: in a template. */
function serveMarkup(game: Game): void {
  const rewritten = (markup: string): string => {
    if (!NAMES_A_FILE.test(markup)) return markup;
    const template = document.createElement("template");
    real.innerHTML.call(template, markup);
    serveTree(game, template.content);
    return template.innerHTML;
  };
  const real = {
    innerHTML: Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML")!.set!,
    outerHTML: Object.getOwnPropertyDescriptor(Element.prototype, "outerHTML")!.set!,
    insertAdjacentHTML: Element.prototype.insertAdjacentHTML,
  };
  for (const name of ["innerHTML", "outerHTML"] as const) {
    Object.defineProperty(Element.prototype, name, {
      ...Object.getOwnPropertyDescriptor(Element.prototype, name),
      set(this: Element, value: unknown) {
        real[name].call(this, value === null ? "" : rewritten(String(value)));
      },
    });
  }
  const { createContextualFragment } = Range.prototype;
  Range.prototype.createContextualFragment = function (this: Range, markup: string): DocumentFragment {
    return createContextualFragment.call(this, rewritten(String(markup)));
  };
  Element.prototype.insertAdjacentHTML = function (this: Element, where: InsertPosition, markup: string): void {
    real.insertAdjacentHTML.call(this, where, rewritten(String(markup)));
  };
}

/** Rules that scripts add to a style sheet. */
function serveSheets(game: Game): void {
  const { insertRule, replace, replaceSync } = CSSStyleSheet.prototype;
  CSSStyleSheet.prototype.insertRule = function (this: CSSStyleSheet, rule: string, index?: number): number {
    return insertRule.call(this, servedStyle(game, rule), index);
  };
  CSSStyleSheet.prototype.replace = function (this: CSSStyleSheet, text: string): Promise<CSSStyleSheet> {
    return replace.call(this, servedStyle(game, text));
  };
  CSSStyleSheet.prototype.replaceSync = function (this: CSSStyleSheet, text: string): void {
    replaceSync.call(this, servedStyle(game, text));
  };
}

function serveConstructors(game: Game): void {
  const Real = window.FontFace;
  window.FontFace = class extends Real {
    constructor(family: string, source: string | BufferSource, descriptors?: FontFaceDescriptors) {
      super(family, typeof source === "string" ? servedStyle(game, source) : source, descriptors);
    }
  };
  const RealAudio = window.Audio;
  const Served = function Audio(src?: string): HTMLAudioElement {
    const element = new RealAudio();
    element.preload = "auto";
    if (src !== undefined) element.src = src;
    return element;
  };
  Served.prototype = RealAudio.prototype;
  window.Audio = Served as unknown as typeof Audio;
}

/** Every element below `root`, none of which has loaded anything yet. */
export function serveTree(game: Game, root: ParentNode, path?: string): void {
  const own = (css: string): string => (path === undefined ? servedStyle(game, css) : inlined(game, css, path));
  for (const element of root.querySelectorAll("*")) {
    const rewrites = NAMING[element.tagName] ?? {};
    for (const [name, rewrite] of Object.entries(rewrites)) {
      const value = element.getAttribute(name);
      if (value !== null) setAttribute.call(element, name, rewrite(game, value));
    }
    const style = element.getAttribute("style");
    if (style?.includes("url(")) setAttribute.call(element, "style", own(style));
    if (path === undefined && element instanceof HTMLLinkElement) holdBack(game, element);
    if (element.tagName === "STYLE")
      element.textContent = own(element.textContent ?? "").replace(/<\/style/gi, "<\\/style");
  }
}

function holdBack(game: Game, link: HTMLLinkElement): void {
  const href = link.getAttribute("href") ?? "";
  if (game.addresses.find(href) === undefined) return;
  link.removeAttribute("href");
  setAttribute.call(link, SOURCE, href);
}

/** Links to styles and icons, and styles that scripts set, once they are in the page. */
export function watchPage(game: Game): void {
  const added = (node: Node): void => {
    if (!(node instanceof Element)) return;
    for (const element of [node, ...node.querySelectorAll("script, link, style, [style]")]) arrived(game, element);
  };
  const observer = new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      if (type === "attributes") arrived(game, target as Element);
      else for (const node of addedNodes) added(node);
    }
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["style", SOURCE] });
}

function arrived(game: Game, element: Element): void {
  if (element instanceof HTMLScriptElement) scriptArrived(game, element);
  else if (element instanceof HTMLLinkElement) linkArrived(game, element);
  else if (element instanceof HTMLStyleElement) styleArrived(game, element);
  else restyle(game, element);
}

/** What each link has been made into. */
const links = new WeakMap<HTMLLinkElement, { source: string; style: HTMLStyleElement }>();

function scriptArrived(game: Game, script: HTMLScriptElement): void {
  if (!awaited.delete(script)) return;
  const source = script.getAttribute(SOURCE);
  script.dispatchEvent(new Event(game.addresses.own(source) === null ? "error" : "load"));
}

function linkArrived(game: Game, link: HTMLLinkElement): void {
  const source = link.getAttribute(SOURCE);
  const known = links.get(link);
  if (source === null || known?.source === source) return;
  known?.style.remove();
  const path = game.addresses.own(source);
  const style = document.createElement("style");
  links.set(link, { source, style });
  if (path !== null && link.relList.contains("stylesheet")) {
    style.media = link.media;
    style.textContent = inlined(game, game.archive.string(path), path);
    link.after(style);
  }
  link.dispatchEvent(new Event(path === null ? "error" : "load"));
}

function styleArrived(game: Game, style: HTMLStyleElement): void {
  const text = style.textContent ?? "";
  const better = text.includes("url(") ? servedStyle(game, text) : text;
  if (better !== text) style.textContent = better;
}

function restyle(game: Game, element: Element): void {
  const text = element.getAttribute("style") ?? "";
  const better = text.includes("url(") ? servedStyle(game, text) : text;
  if (better !== text) setAttribute.call(element, "style", better);
}
