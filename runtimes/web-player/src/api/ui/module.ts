/**
 * What `import … from "@aethel/ui"` gives, and what JSX becomes: Preact under the engine's names. Styles are set through the DOM, as the
 * page's policy allows no others.
 */

import { createElement, options, render, type ComponentType } from "preact";
import { setHudLibrary } from "../../scripts/hud";
import "../core/globals";

export { Component as UIComponent, Fragment, createContext, createElement, createRef } from "preact";
export * from "preact/hooks";
export { jsx, jsxDEV, jsxs } from "preact/jsx-runtime";

/** Effects run before the next frame of the game, not after one of the screen: a HUD misses nothing that happens meanwhile. */
options.requestAnimationFrame = (flush) => queueMicrotask(flush as () => void);

setHudLibrary({ mount: (component, root) => render(createElement(component as ComponentType, null), root) });
