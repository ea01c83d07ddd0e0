/** Styles name files: each becomes an address that needs no request. */

import { hosted } from "./addresses";
import { served, type Game } from "./game";

const URL_OR_IMPORT =
  /\/\*[\s\S]*?(?:\*\/|$)|@import\s+(?:url\(\s*)?(["']?)([^"')\s;]+)\1\s*\)?([^;]*);|url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^"'()\s]+))\s*\)/gi;
const DEEPEST = 16;

/**
 * A style sheet without requests.
 *
 * @param path the file that it stands in
 */
export function inlined(game: Game, css: string, path: string, depth = 0): string {
  return css.replace(
    URL_OR_IMPORT,
    (whole: string, _quote, imported?: string, media?: string, a?: string, b?: string, c?: string) => {
      const address = imported ?? a ?? b ?? c;
      if (address === undefined) return whole; // a comment
      const found = game.addresses.beside(path, address);
      if (!found) return whole.replace(address, () => hosted(address));
      if (imported === undefined) return `url("${game.archive.address(found)}")`;
      if (depth === DEEPEST) return "";
      const inner = inlined(game, game.archive.string(found), found, depth + 1);
      return media?.trim() ? `@media ${media.trim()} {${inner}}` : inner;
    },
  );
}

/** The same for what a script sets: its addresses are relative to the page. */
export function servedStyle(game: Game, css: string): string {
  return css.replace(URL_OR_IMPORT, (whole: string, _quote, imported, _media, a?: string, b?: string, c?: string) => {
    const address = a ?? b ?? c;
    const better = address === undefined || imported ? address : served(game, address);
    return better === undefined || better === address ? whole : `url("${better}")`;
  });
}

/** The same for rules that scripts add. */
export function serveSheets(game: Game): void {
  const { insertRule, replace, replaceSync } = CSSStyleSheet.prototype;
  CSSStyleSheet.prototype.insertRule = function (this: CSSStyleSheet, rule: string, index?: number): number {
    return insertRule.call(this, servedStyle(game, String(rule)), index);
  };
  CSSStyleSheet.prototype.replace = function (this: CSSStyleSheet, text: string): Promise<CSSStyleSheet> {
    return replace.call(this, servedStyle(game, String(text)));
  };
  CSSStyleSheet.prototype.replaceSync = function (this: CSSStyleSheet, text: string): void {
    replaceSync.call(this, servedStyle(game, String(text)));
  };
}
