/** A script that is added by its name runs as one that was loaded: later, in its turn, and then it says so. */

import { hosted } from "./addresses";
import type { Game } from "./game";
import { SOURCE, scriptText } from "./scripts";
import { setPlainly } from "./sources";

const PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
/** Scripts that have a name and have not run yet. */
const awaited = new WeakSet<Element>();
const turns: (() => void)[] = [];

export function serveScripts(game: Game): void {
  const real = Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, "src")!;
  Object.defineProperty(HTMLScriptElement.prototype, "src", {
    ...real,
    get(this: HTMLScriptElement): string {
      const source = this.getAttribute(SOURCE);
      return source === null ? (real.get!.call(this) as string) : new URL(source, game.addresses.base).href;
    },
    set(this: HTMLScriptElement, value: unknown) {
      const source = String(value);
      if (game.addresses.find(source) === undefined) return real.set!.call(this, hosted(source));
      setPlainly(this, SOURCE, source);
      this.text = "";
      awaited.add(this);
    },
  });
}

/** Once it is in the page. */
export function scriptArrived(game: Game, script: HTMLScriptElement): void {
  if (awaited.delete(script)) inTurn(() => run(game, script));
}

function run(game: Game, script: HTMLScriptElement): void {
  const path = game.addresses.own(script.getAttribute(SOURCE));
  if (path !== null) script.text = scriptText(game.archive.string(path), path);
  script.dispatchEvent(new Event(path === null ? "error" : "load"));
}

/** A picture is what the page's own load event waits for, as it would for a script. */
function inTurn(task: () => void): void {
  turns.push(task);
  const tick = new Image();
  tick.onload = tick.onerror = () => turns.shift()?.();
  tick.src = PIXEL;
}
