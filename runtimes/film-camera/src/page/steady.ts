/** What a page learns of its window does not change while it is filmed: it is seen, it has the focus, and nobody else plays. */

import type { FilmClock } from "../clock/clock";

export function holdSteady(scope: Window & typeof globalThis, clock: FilmClock): void {
  const { document } = scope;
  const always = (owner: object, name: string, value: unknown): void =>
    void Object.defineProperty(owner, name, { get: () => value, configurable: true });
  always(document, "hidden", false);
  always(document, "visibilityState", "visible");
  document.hasFocus = () => true;
  // A worker that keeps files would answer for the server, and stay when the page goes.
  delete (scope.Navigator.prototype as { serviceWorker?: unknown }).serviceWorker;
  refuseDialogs(scope, clock);
  lendPointer(scope);
}

function refuseDialogs(scope: Window & typeof globalThis, clock: FilmClock): void {
  const told = (name: string): void =>
    clock.note(`The page opens a window of its own by ${name}(): a film goes on without it.`);
  scope.alert = () => told("alert");
  scope.print = () => told("print");
  scope.confirm = () => {
    told("confirm");
    return true;
  };
  scope.prompt = (_text, answer) => {
    told("prompt");
    return answer ?? null;
  };
}

/** Browsers lock the pointer for whoever has pressed a button; a film's input track is nobody. */
function lendPointer(scope: Window & typeof globalThis): void {
  const { document } = scope;
  let owner: Element | null = null;
  const give = (element: Element | null): void => {
    owner = element;
    queueMicrotask(() => document.dispatchEvent(new Event("pointerlockchange")));
  };
  Object.defineProperty(document, "pointerLockElement", { get: () => owner, configurable: true });
  scope.Element.prototype.requestPointerLock = async function (this: Element) {
    give(this);
  };
  document.exitPointerLock = () => give(null);
}
