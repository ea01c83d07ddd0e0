/** The game's HUD: of each of its modules, the component that is named like the file, above the picture. */

import { messageOf } from "../core/errors";
import { hudLibrary } from "../scripts/hud";
import type { Game } from "./game";

export function mountHud({ manifest, bundle, screen, problems }: Game): void {
  for (const path of manifest.game.hud) {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
    const module = bundle.find(path)?.module;
    const component = module?.[name] ?? module?.["default"];
    const library = hudLibrary();
    if (typeof component !== "function" || !library) {
      problems.warn(`“${path}” is to be the HUD, but exports no component “${name}” of “@aethel/ui”.`);
      continue;
    }
    const root = document.createElement("div");
    screen.hud.append(root);
    try {
      library.mount(component, root);
    } catch (error) {
      problems.report(new Error(`${path}: ${messageOf(error)}`, { cause: error }));
    }
  }
}
