/** Links to styles and icons, scripts, and styles that scripts set, once they are in the page. */

import type { Game } from "./game";
import { linkArrived } from "./links";
import { scriptArrived } from "./scriptElements";
import { SOURCE } from "./scripts";
import { setPlainly } from "./sources";
import { servedStyle } from "./styles";

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

function styleArrived(game: Game, style: HTMLStyleElement): void {
  const text = style.textContent ?? "";
  const better = text.includes("url(") ? servedStyle(game, text) : text;
  if (better !== text) style.textContent = better;
}

function restyle(game: Game, element: Element): void {
  const text = element.getAttribute("style") ?? "";
  const better = text.includes("url(") ? servedStyle(game, text) : text;
  if (better !== text) setPlainly(element, "style", better);
}
