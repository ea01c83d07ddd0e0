/** Styles name files: each becomes an address that needs no request. */

import { ROOT, hosted } from "./addresses";
import type { Game } from "./game";

const URL_OR_IMPORT =
  /\/\*[\s\S]*?(?:\*\/|$)|@import\s+(?:url\(\s*)?(["']?)([^"')\s;]+)\1\s*\)?([^;]*);|url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^"'()\s]+))\s*\)/gi;
/** What may stand behind an import's address, in this order. */
const CONDITIONS = /^\s*(layer(?:\(([^)]*)\))?(?![\w-]))?\s*(?:supports\(((?:[^()]|\([^()]*\))*)\))?\s*(.*)$/is;
const DEEPEST = 16;

/**
 * A style sheet without requests.
 *
 * @param path the file that it stands in
 */
export function inlined(game: Game, css: string, path: string, depth = 0): string {
  return rewritten(game, css, ROOT + path.split("/").map(encodeURIComponent).join("/"), depth);
}

/** The same for what a script sets: its addresses are relative to the page. */
export function servedStyle(game: Game, css: string): string {
  return rewritten(game, css, game.addresses.base, 0);
}

function rewritten(game: Game, css: string, base: string, depth: number): string {
  return css.replace(
    URL_OR_IMPORT,
    (whole: string, _quote, imported?: string, conditions?: string, a?: string, b?: string, c?: string) => {
      const address = imported ?? a ?? b ?? c;
      if (address === undefined) return whole; // a comment
      const found = game.addresses.from(base, address);
      if (!found) return whole.replace(address, () => hosted(address));
      if (imported === undefined) return `url("${game.archive.address(found)}")`;
      if (depth === DEEPEST) return "";
      return conditional(inlined(game, game.archive.string(found), found, depth + 1), conditions ?? "");
    },
  );
}

/** An imported sheet under the conditions of its import: a layer, what the browser supports, media. */
function conditional(css: string, conditions: string): string {
  const [, layer, name = "", supports, media = ""] = CONDITIONS.exec(conditions) ?? [];
  let block = css;
  if (media.trim()) block = `@media ${media.trim()} {${block}}`;
  if (supports !== undefined)
    block = `@supports ${/^\s*(not\b|\()/i.test(supports) ? supports : `(${supports})`} {${block}}`;
  return layer ? `@layer ${name} {${block}}` : block;
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
