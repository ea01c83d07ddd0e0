/** Draco-compressed meshes: a chunk of its own. */

import { DRACOLoader } from "three/addons/loaders/DRACOLoader.js";
import decoderJs from "three/addons/libs/draco/gltf/draco_wasm_wrapper.js?url";
import decoderWasm from "three/addons/libs/draco/gltf/draco_decoder.wasm?url";

let loader: DRACOLoader | undefined;

export function dracoLoader(): DRACOLoader {
  loader ??= new DRACOLoader().setDecoderPath({
    js: new URL(decoderJs, import.meta.url).href,
    wasm: new URL(decoderWasm, import.meta.url).href,
  });
  return loader;
}
