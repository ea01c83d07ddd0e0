/** Image files to textures. */

import { RepeatWrapping, SRGBColorSpace, Texture, type WebGLRenderer } from "three";
import { AssetError, messageOf } from "../core/errors";
import type { Downloads } from "./downloads";
import { extensionOf } from "../core/paths";

/** Colours are stored as sRGB; normals, roughness and the like are plain numbers. */
export type ColorKind = "color" | "data";

const MIME: Record<string, string> = {
  svg: "image/svg+xml",
  jpg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  avif: "image/avif",
};

/** The longer side of a vector image that names no size. */
const SVG_PX = 1024;

export async function decodeTexture(
  path: string,
  kind: ColorKind,
  downloads: Downloads,
  renderer: WebGLRenderer,
  maxTexels: number,
): Promise<Texture> {
  const bytes = await downloads.bytes(path);
  try {
    const texture = await decode(path, bytes, renderer, maxTexels);
    if (kind === "color" && extensionOf(path) !== "hdr") texture.colorSpace = SRGBColorSpace;
    texture.wrapS = texture.wrapT = RepeatWrapping;
    texture.anisotropy = Math.min(8, renderer.capabilities.getMaxAnisotropy());
    texture.name = path;
    texture.needsUpdate = true;
    return texture;
  } catch (cause) {
    throw new AssetError(path, `“${path}” is no image that this browser can show: ${messageOf(cause)}.`, { cause });
  }
}

async function decode(path: string, bytes: ArrayBuffer, renderer: WebGLRenderer, maxTexels: number): Promise<Texture> {
  switch (extensionOf(path)) {
    case "hdr":
      return (await import("./hdr")).parseHdr(bytes);
    case "ktx2":
      return (await import("./ktx2")).parseKtx2(bytes, renderer);
    default:
      return imageTexture(await shrink(await decodeImage(path, bytes), maxTexels));
  }
}

/** Decodes an image upside down, as WebGL wants it. A vector image is drawn at the size that it names. */
async function decodeImage(path: string, bytes: ArrayBuffer): Promise<ImageBitmap> {
  const isVector = extensionOf(path) === "svg";
  const content = isVector ? sizedSvg(new TextDecoder().decode(bytes)) : bytes;
  const blob = new Blob([content], { type: MIME[extensionOf(path)] ?? "" });
  const options = { imageOrientation: "flipY", premultiplyAlpha: "none", colorSpaceConversion: "none" } as const;
  if (!isVector) return createImageBitmap(blob, options);
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  await image.decode();
  URL.revokeObjectURL(image.src);
  return createImageBitmap(image, options);
}

/** Browsers make no bitmap of a vector image without a size: it gets that of its view box, enlarged to `SVG_PX`. */
function sizedSvg(text: string): string {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const sized = ["width", "height"].every((side) => /^\s*[\d.]+\s*(?!%)/.test(root.getAttribute(side) ?? ""));
  if (sized || root.localName !== "svg") return text;
  const [, , width, height] = (root.getAttribute("viewBox") ?? "")
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const [wide, high] = width && height && width > 0 && height > 0 ? [width, height] : [1, 1];
  const scale = SVG_PX / Math.max(wide, high);
  root.setAttribute("width", String(Math.max(Math.round(wide * scale), 1)));
  root.setAttribute("height", String(Math.max(Math.round(high * scale), 1)));
  return new XMLSerializer().serializeToString(root);
}

/** Makes an image smaller, so that its longer side has at most so many texels. */
async function shrink(image: ImageBitmap, maxTexels: number): Promise<ImageBitmap> {
  const part = maxTexels / Math.max(image.width, image.height);
  if (part >= 1) return image;
  const [resizeWidth, resizeHeight] = [image.width, image.height].map((side) =>
    Math.max(Math.round(side * part), 1),
  ) as [number, number];
  return createImageBitmap(image, {
    resizeWidth,
    resizeHeight,
    resizeQuality: "high",
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  });
}

export function imageTexture(image: ImageBitmap): Texture {
  const texture = new Texture(image);
  texture.flipY = false; // the bitmap is flipped already
  return texture;
}
