/** KTX2 (Basis Universal) textures: a chunk of its own. */

import { LoadingManager, type CompressedTexture, type WebGLRenderer } from "three";
import { KTX2Loader } from "three/addons/loaders/KTX2Loader.js";
import transcoderJs from "three/addons/libs/basis/basis_transcoder.js?url";
import transcoderWasm from "three/addons/libs/basis/basis_transcoder.wasm?url";

let loader: KTX2Loader | undefined;

function ktx2Loader(renderer: WebGLRenderer): KTX2Loader {
  if (!loader) {
    const manager = new LoadingManager();
    // The loader knows its two files by names that hosts could not cache for ever: ours have a hash in them.
    manager.setURLModifier((url) => {
      if (url.endsWith("basis_transcoder.js")) return new URL(transcoderJs, import.meta.url).href;
      if (url.endsWith("basis_transcoder.wasm")) return new URL(transcoderWasm, import.meta.url).href;
      return url;
    });
    loader = new KTX2Loader(manager).detectSupport(renderer);
  }
  return loader;
}

/** The loader for one model: what lies beside it is known by other URLs. */
export function ktx2LoaderOf(urls: ReadonlyMap<string, string>, renderer: WebGLRenderer): KTX2Loader {
  const shared = ktx2Loader(renderer);
  const own = Object.create(shared) as KTX2Loader;
  own.load = (url, ...handlers) => shared.load(urls.get(url) ?? url, ...handlers);
  return own;
}

export function parseKtx2(bytes: ArrayBuffer, renderer: WebGLRenderer): Promise<CompressedTexture> {
  return new Promise((resolve, reject) => {
    ktx2Loader(renderer).parse(bytes, (texture) => resolve(texture as CompressedTexture), reject);
  });
}
