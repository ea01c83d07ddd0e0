/** What kind of thing a file of an artifact is, by its name. */

export const ASSET_TYPES = [
  "code",
  "models",
  "textures",
  "sounds",
  "video",
  "fonts",
  "data",
  "pages",
  "other",
] as const;

export type AssetType = (typeof ASSET_TYPES)[number];

const EXTENSIONS: Readonly<Record<Exclude<AssetType, "other">, string>> = {
  code: "js mjs cjs jsx ts tsx wasm css map exe dll so dylib appimage py lua glsl vert frag wgsl worker dex swift",
  models: "glb gltf fbx obj mtl dae stl ply usdz vrm drc 3ds blend",
  textures: "png jpg jpeg webp avif gif svg ico icns bmp tga tif tiff ktx ktx2 dds basis hdr exr psd pvr",
  sounds: "mp3 ogg oga opus wav flac m4a aac mid midi weba",
  video: "mp4 webm ogv mov mkv avi m4v",
  fonts: "woff woff2 ttf otf eot fnt",
  data: "json jsonl bin csv tsv xml yaml yml toml txt md pck data unityweb navmesh webmanifest level scene plist pak dat db ini cfg arsc pb",
  pages: "html htm xhtml",
};

const TYPE_BY_EXTENSION: ReadonlyMap<string, AssetType> = new Map(
  (Object.entries(EXTENSIONS) as [AssetType, string][]).flatMap(([type, names]) =>
    names.split(" ").map((name) => [name, type] as const),
  ),
);

/** The type of a member; compressed forms (`.br`, `.gz`) count as what they hold. */
export function assetType(path: string): AssetType {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const parts = name.split(".").slice(1);
  while (parts.length > 1 && (parts.at(-1) === "br" || parts.at(-1) === "gz")) parts.pop();
  return TYPE_BY_EXTENSION.get(parts.at(-1) ?? "") ?? "other";
}
