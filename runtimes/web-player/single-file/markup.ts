/** Markup that a script puts into the page is rewritten where nothing is loaded yet: in a template. */

import { NAMES_A_FILE, serveTree } from "./elements";
import { hosted } from "./addresses";
import type { Game } from "./game";
import { inlineText } from "./scripts";

const real = globalThis.Element && {
  innerHTML: Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML")!.set!,
  outerHTML: Object.getOwnPropertyDescriptor(Element.prototype, "outerHTML")!.set!,
  insertAdjacentHTML: Element.prototype.insertAdjacentHTML,
  write: Document.prototype.write,
};
/** A script or style with all that it holds, or the beginning of any other element. */
const PIECES = /<(script|style)\b[^>]*>[\s\S]*?(?:<\/\1|$)|<[a-z][^\s/>]*(?:[^>"']|"[^"]*"|'[^']*')*>/gi;

/** Writes into the page what needs no rewriting any more. */
export function writePlainly(markup: string): void {
  real.write.call(document, markup);
}

export function serveMarkup(game: Game): void {
  const rewritten = (markup: string): string => {
    if (!NAMES_A_FILE.test(markup)) return markup;
    const template = parsed(markup);
    serveTree(game, template.content);
    return template.innerHTML;
  };
  for (const name of ["innerHTML", "outerHTML"] as const) {
    Object.defineProperty(Element.prototype, name, {
      ...Object.getOwnPropertyDescriptor(Element.prototype, name),
      set(this: Element, value: unknown) {
        real[name].call(this, value === null ? "" : rewritten(String(value)));
      },
    });
  }
  Element.prototype.insertAdjacentHTML = function (this: Element, where: InsertPosition, markup: string): void {
    real.insertAdjacentHTML.call(this, where, rewritten(String(markup)));
  };
  const { createContextualFragment } = Range.prototype;
  Range.prototype.createContextualFragment = function (this: Range, markup: string): DocumentFragment {
    return createContextualFragment.call(this, rewritten(String(markup)));
  };
  Document.prototype.write = function (this: Document, ...parts: string[]): void {
    real.write.call(this, written(game, parts.join("")));
  };
  Document.prototype.writeln = function (this: Document, ...parts: string[]): void {
    real.write.call(this, `${written(game, parts.join(""))}\n`);
  };
}

function parsed(markup: string): HTMLTemplateElement {
  const template = document.createElement("template");
  real.innerHTML.call(template, markup);
  return template;
}

/** What is written may end anywhere: only whole beginnings of elements are touched. */
function written(game: Game, markup: string): string {
  if (!NAMES_A_FILE.test(markup)) return markup;
  return markup.replace(PIECES, (piece: string, closed?: string) => {
    if (closed) return closed.toLowerCase() === "script" ? writtenScript(game, piece) : piece;
    return NAMES_A_FILE.test(piece) ? writtenTag(game, piece) : piece;
  });
}

function writtenTag(game: Game, tag: string): string {
  const { content } = parsed(tag);
  const element = content.firstElementChild;
  if (!element) return tag;
  serveTree(game, content);
  const start = element.cloneNode(false) as Element;
  const text = start.outerHTML.replace(/<\/[^>]*>$/, "");
  return tag.endsWith("/>") ? text.replace(/>$/, "/>") : text;
}

function writtenScript(game: Game, piece: string): string {
  const script = parsed(piece).content.querySelector("script");
  const source = script?.getAttribute("src");
  if (!script || source === null || source === undefined) return piece;
  const path = game.addresses.find(source);
  if (path === undefined) return piece.replace(source, hosted(source));
  inlineText(script, source, path === null ? "" : game.archive.string(path), path ?? source);
  if (path === null) console.error(`${source} is not in this file`);
  return script.outerHTML.slice(0, /<\/script$/i.test(piece) ? -1 : -"</script>".length);
}
