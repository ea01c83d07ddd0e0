/** Rapier, with its WebAssembly beside it as a file (three times smaller on the way than inside the script). */

import * as RAPIER from "@dimforge/rapier3d/exports.js";
import { __wbg_set_wasm } from "@dimforge/rapier3d/rapier_wasm3d_bg.js";
import * as glue from "@dimforge/rapier3d/rapier_wasm3d_bg.js";
import wasmFile from "@dimforge/rapier3d/rapier_wasm3d_bg.wasm?url";
import type { Downloads } from "../assets/downloads";

export { RAPIER };

let ready: Promise<void> | undefined;

export function initRapier(downloads: Downloads): Promise<void> {
  ready ??= (async () => {
    const bytes = await downloads.fetch(new URL(wasmFile, import.meta.url).href, "the physics engine");
    const { instance } = await WebAssembly.instantiate(bytes, {
      "./rapier_wasm3d_bg.js": glue as unknown as WebAssembly.ModuleImports,
    });
    __wbg_set_wasm(instance.exports);
    (instance.exports["__wbindgen_start"] as (() => void) | undefined)?.();
  })();
  ready.catch(() => (ready = undefined));
  return ready;
}
