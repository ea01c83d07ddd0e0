/** Material files: `{type, color, metalness, roughness, map, …}`, or the same fields below `properties` under the editor's older names. */

import {
  BackSide,
  ClampToEdgeWrapping,
  Color,
  DoubleSide,
  FrontSide,
  MeshBasicMaterial,
  MeshLambertMaterial,
  MeshMatcapMaterial,
  MeshPhongMaterial,
  MeshPhysicalMaterial,
  MeshStandardMaterial,
  MeshToonMaterial,
  MirroredRepeatWrapping,
  RepeatWrapping,
  Vector2,
  type Material,
  type Side,
  type Texture,
  type Wrapping,
} from "three";
import { warnOnce } from "../core/errors";
import { asObject } from "../scene/format/settings";
import { readNumber } from "../math/vectors";
import type { ColorKind } from "./textures";

export type MaterialData = Record<string, unknown>;

/** A texture that a material shows: where, which one, and how it lies there. */
export interface TextureUse {
  slot: string;
  reference: string;
  kind: ColorKind;
  /** `repeat`, `offset`, `rotation`, `wrapS`, `wrapT`, `flipY`, `anisotropy`; null: as all textures do. */
  placing: Record<string, unknown> | null;
}

const TYPES: Record<string, new () => Material> = {
  standard: MeshStandardMaterial,
  physical: MeshPhysicalMaterial,
  basic: MeshBasicMaterial,
  phong: MeshPhongMaterial,
  lambert: MeshLambertMaterial,
  toon: MeshToonMaterial,
  matcap: MeshMatcapMaterial,
};

/** Where a map goes, and whether it holds colours. */
const MAPS: Record<string, ColorKind> = {
  ...{ map: "color", emissiveMap: "color", matcap: "color", sheenColorMap: "color", specularColorMap: "color" },
  ...{ normalMap: "data", roughnessMap: "data", metalnessMap: "data", aoMap: "data", alphaMap: "data" },
  ...{ bumpMap: "data", displacementMap: "data", lightMap: "data", specularMap: "data", gradientMap: "data" },
  ...{ clearcoatMap: "data", clearcoatRoughnessMap: "data", clearcoatNormalMap: "data", thicknessMap: "data" },
  ...{ transmissionMap: "data", sheenRoughnessMap: "data", specularIntensityMap: "data", iridescenceMap: "data" },
  ...{ iridescenceThicknessMap: "data", anisotropyMap: "data" },
};

const ALIASES: Record<string, string> = {
  albedo: "color",
  baseColor: "color",
  diffuse: "color",
  emission: "emissive",
  emissiveColor: "emissive",
  metallic: "metalness",
  albedoMap: "map",
  baseColorMap: "map",
  diffuseMap: "map",
  texture: "map",
  metallicMap: "metalnessMap",
  emissionMap: "emissiveMap",
  occlusionMap: "aoMap",
  emissionIntensity: "emissiveIntensity",
};

const words = (text: string): string[] => text.split(" ");
const NUMBERS = words(
  "metalness roughness emissiveIntensity opacity alphaTest aoMapIntensity lightMapIntensity bumpScale displacementScale " +
    "displacementBias envMapIntensity shininess reflectivity",
);
/** What only the physical material has: one of them makes a material without a `type` one of that kind. */
const PHYSICAL = words(
  "clearcoat clearcoatRoughness transmission thickness ior sheen iridescence sheenRoughness anisotropy attenuationDistance " +
    "specularIntensity iridescenceIOR",
);
const COLORS = words("color emissive specular sheenColor specularColor attenuationColor");
const FLAGS = words("wireframe flatShading vertexColors fog depthTest depthWrite alphaToCoverage dithering toneMapped");
const OTHERS = words("transparent side doubleSided normalScale clearcoatNormalScale repeat offset textures type");
const KNOWN = new Set([...Object.keys(MAPS), ...NUMBERS, ...PHYSICAL, ...COLORS, ...FLAGS, ...OTHERS]);
const DESCRIPTIVE = words("id name shader properties parameters version formatVersion metadata");

const SIDES: Record<string, Side> = { front: FrontSide, back: BackSide, double: DoubleSide };
const WRAPPINGS: Record<string, Wrapping> = {
  repeat: RepeatWrapping,
  clamp: ClampToEdgeWrapping,
  mirror: MirroredRepeatWrapping,
};

export function readMaterial(json: unknown): MaterialData {
  const given = {
    ...asObject(json),
    ...asObject(asObject(json)["properties"]),
    ...asObject(asObject(json)["parameters"]),
  };
  const data: MaterialData = {};
  for (const [name, value] of Object.entries(given)) {
    const field = ALIASES[name] ?? name;
    if (value === null || value === undefined) continue;
    if (KNOWN.has(field)) data[field] = value;
    else if (!DESCRIPTIVE.includes(field))
      warnOnce(`A material has the field “${name}”, which the player does not know.`);
  }
  return data;
}

export function texturesOf(data: MaterialData): TextureUse[] {
  const placed = asObject(data["textures"]);
  return Object.entries(MAPS).flatMap(([slot, kind]): TextureUse[] => {
    const own = slot in placed ? asObject(placed[slot]) : null;
    const reference = own ? own["uri"] : data[slot];
    const placing = own ?? ("repeat" in data || "offset" in data ? data : null);
    return typeof reference === "string" && reference !== "" ? [{ slot, reference, kind, placing }] : [];
  });
}

/** The engine's grey, for what has no material of its own. */
export function defaultMaterial(): MeshStandardMaterial {
  return new MeshStandardMaterial({ color: 0x888888, metalness: 0.5, roughness: 0.5 });
}

/** Fields that the type of material does not have are of no effect, as in three.js. */
export function makeMaterial(data: MaterialData, textures: (readonly [TextureUse, Texture])[]): Material {
  const material = new (typeOf(data))();
  const fields = material as unknown as Record<string, unknown>;
  const set = (names: string[], read: (value: unknown, own: unknown) => unknown): void => {
    for (const name of names) if (name in data && name in fields) fields[name] = read(data[name], fields[name]);
  };
  set([...NUMBERS, ...PHYSICAL], (value, own) => readNumber(value, readNumber(own, 0)));
  set(COLORS, (value, own) => readColor(value, `#${(own as Color).getHexString()}`));
  set(FLAGS, (value, own) => (typeof value === "boolean" ? value : own));
  set(["normalScale", "clearcoatNormalScale"], (value) => new Vector2(...pair(value, 1)));
  material.transparent = data["transparent"] === true || material.opacity < 1;
  material.side = data["doubleSided"] === true ? DoubleSide : (SIDES[String(data["side"])] ?? FrontSide);
  for (const [{ slot, placing }, texture] of textures)
    if (slot in fields) fields[slot] = placing ? placedTexture(texture, placing) : texture;
  return material;
}

function typeOf(data: MaterialData): new () => Material {
  const type = String(data["type"]);
  if (Object.hasOwn(TYPES, type)) return TYPES[type] as new () => Material;
  return PHYSICAL.some((field) => field in data) ? MeshPhysicalMaterial : MeshStandardMaterial;
}

/** How a texture lies belongs to the material, not to the texture that others may share. */
function placedTexture(texture: Texture, placing: Record<string, unknown>): Texture {
  const { repeat, offset, rotation, wrapS, wrapT, flipY, anisotropy } = placing;
  const own = texture.clone();
  own.repeat.fromArray(pair(repeat, 1));
  own.offset.fromArray(pair(offset, 0));
  own.rotation = readNumber(rotation, 0);
  own.wrapS = WRAPPINGS[String(wrapS)] ?? RepeatWrapping;
  own.wrapT = WRAPPINGS[String(wrapT)] ?? RepeatWrapping;
  own.anisotropy = readNumber(anisotropy, own.anisotropy);
  if (flipY === false) {
    // Images are turned over as they are decoded: here the coordinate is turned back.
    own.repeat.y *= -1;
    own.offset.y = 1 - own.offset.y;
  }
  return own;
}

function pair(value: unknown, fallback: number): [number, number] {
  if (typeof value === "number") return [value, value];
  const [x, y] = Array.isArray(value) ? (value as unknown[]) : [asObject(value)["x"], asObject(value)["y"]];
  return [readNumber(x, fallback), readNumber(y, fallback)];
}

/** `"#ff8800"`, `"tomato"`, `0xff8800`, `[1, 0.5, 0]` or `{r, g, b}` (the last two: sRGB, 0 to 1). */
export function readColor(value: unknown, fallback: string): Color {
  if (typeof value === "string" || typeof value === "number") return new Color(value);
  const [r, g, b] = Array.isArray(value)
    ? (value as unknown[])
    : [asObject(value)["r"], asObject(value)["g"], asObject(value)["b"]];
  if (typeof r !== "number" || typeof g !== "number" || typeof b !== "number") return new Color(fallback);
  return new Color().setRGB(r, g, b, "srgb");
}
