/** Elements that name a file get it without a request, whoever sets their address, and however. */

import { served, type Game } from "./game";
import { holdBack, serveLinks } from "./links";
import { serveScripts } from "./scriptElements";
import { meantBy, serveReading, setPlainly, setServed } from "./sources";
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
  BODY: { background: served },
  TABLE: { background: served },
  TD: { background: served },
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
/** What markup has to have in it to be worth reading. */
export const NAMES_A_FILE = /\b(?:src|srcset|href|poster|data|background|style)\s*=|<style/i;

/** From now on, in this page. */
export function serveElements(game: Game): void {
  for (const [name, property, tag] of CLASSES) serveProperty(game, name, property, NAMING[tag]![property]!);
  serveScripts(game);
  serveLinks(game);
  serveAttributes(game);
  serveConstructors(game);
}

function serveProperty(game: Game, name: string, property: string, rewrite: Rewrite): void {
  const prototype = (globalThis as unknown as Record<string, { prototype: Element } | undefined>)[name]?.prototype;
  const real = prototype && Object.getOwnPropertyDescriptor(prototype, property);
  if (!real?.set) return;
  Object.defineProperty(prototype, property, {
    ...real,
    get(this: Element): unknown {
      const meant = meantBy(this, property);
      if (meant === null) return real.get!.call(this);
      return property === "srcset" ? meant : new URL(meant, game.addresses.base).href;
    },
    set(this: Element, value: unknown) {
      setServed(this, property, String(value), rewrite(game, String(value)));
    },
  });
}

function serveAttributes(game: Game): void {
  Element.prototype.setAttribute = function (this: Element, name: string, value: string): void {
    const lower = String(name).toLowerCase();
    const rewrite = NAMING[this.tagName]?.[lower];
    if (this instanceof HTMLScriptElement && lower === "src") this.src = value;
    else if (this instanceof HTMLLinkElement && lower === "href") this.href = value;
    else if (this instanceof HTMLIFrameElement && lower === "src") this.src = value;
    else if (rewrite) setServed(this, lower, String(value), rewrite(game, String(value)));
    else setPlainly(this, name, value);
  };
  const setAttributeNS = Element.prototype.setAttributeNS;
  Element.prototype.setAttributeNS = function (this: Element, space: string | null, name: string, value: string): void {
    setAttributeNS.call(this, space, name, NAMING[this.tagName]?.[name.toLowerCase()]?.(game, String(value)) ?? value);
  };
  serveReading((tag, name) => NAMING[tag]?.[name] !== undefined);
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
      if (value !== null) setServed(element, name, value, rewrite(game, value));
    }
    const style = element.getAttribute("style");
    if (style?.includes("url(")) setPlainly(element, "style", own(style));
    if (path === undefined && element instanceof HTMLLinkElement) holdBack(game, element);
    if (element.tagName === "STYLE")
      element.textContent = own(element.textContent ?? "").replace(/<\/style/gi, "<\\/style");
  }
}
