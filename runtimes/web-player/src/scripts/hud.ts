/** The game's HUD: components of a UI library that the game brings along. The library's module makes itself known here. */

export interface HudLibrary {
  /** Shows a component in an element, for as long as the page lives. */
  mount(component: unknown, root: HTMLElement): void;
}

let library: HudLibrary | null = null;

export function setHudLibrary(given: HudLibrary): void {
  library = given;
}

/** Null where no script of the game imports one. */
export function hudLibrary(): HudLibrary | null {
  return library;
}
