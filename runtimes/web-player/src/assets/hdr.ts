/** Radiance (.hdr) images: a chunk of its own. */

import { DataTexture, LinearFilter, LinearSRGBColorSpace } from "three";
import { HDRLoader } from "three/addons/loaders/HDRLoader.js";

export function parseHdr(bytes: ArrayBuffer): DataTexture {
  const { data, width, height, type } = new HDRLoader().parse(bytes) as {
    data: Uint16Array<ArrayBuffer>;
    width: number;
    height: number;
    type: number;
  };
  const texture = new DataTexture(data, width, height);
  texture.type = type as typeof texture.type;
  texture.colorSpace = LinearSRGBColorSpace;
  texture.minFilter = texture.magFilter = LinearFilter;
  texture.generateMipmaps = false;
  texture.flipY = true;
  return texture;
}
