/** A link's file is looked at once the link is in the page: only there it is clear what it is for. */

import { hosted } from "./addresses";
import type { Game } from "./game";
import { SOURCE } from "./scripts";
import { setPlainly } from "./sources";
import { inlined } from "./styles";

/** What each link has been made into. */
const links = new WeakMap<HTMLLinkElement, { source: string; style: HTMLStyleElement }>();

export function serveLinks(game: Game): void {
  const real = Object.getOwnPropertyDescriptor(HTMLLinkElement.prototype, "href")!;
  Object.defineProperty(HTMLLinkElement.prototype, "href", {
    ...real,
    get(this: HTMLLinkElement): string {
      const source = this.getAttribute(SOURCE);
      return source === null ? (real.get!.call(this) as string) : new URL(source, game.addresses.base).href;
    },
    set(this: HTMLLinkElement, value: unknown) {
      const source = String(value);
      if (game.addresses.find(source) === undefined) real.set!.call(this, hosted(source));
      else setPlainly(this, SOURCE, source);
    },
  });
}

/** Takes the address away from a link that is not in the page yet. */
export function holdBack(game: Game, link: HTMLLinkElement): void {
  const href = link.getAttribute("href") ?? "";
  if (game.addresses.find(href) === undefined) return;
  link.removeAttribute("href");
  setPlainly(link, SOURCE, href);
}

export function linkArrived(game: Game, link: HTMLLinkElement): void {
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
