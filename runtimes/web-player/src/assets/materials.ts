/** Material files: `{color, metalness, roughness, map, …}`, or the same fields below `properties` under the editor's older names. */

import {
  BackSide,
  Color,
  DoubleSide,
  FrontSide,
  MeshPhysicalMaterial,
  MeshStandardMaterial,
  Vector2,
  type Material,
  type Side,
  type Texture,
} from "three";
import { warnOnce } from "../core/errors";
import { asObject } from "../scene/format/settings";
import { readNumber } from "../math/vectors";
import type { ColorKind } from "./textures";

export type MaterialData = Record<string, unknown>;

/** Where a map goes, and whether it holds colours. */
const MAPS: Record<string, ColorKind> = {
  map: "color",
  emissiveMap: "color",
  normalMap: "data",
  roughnessMap: "data",
  metalnessMap: "data",
  aoMap: "data",
  alphaMap: "data",
  bumpMap: "data",
  displacementMap: "data",
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

const NUMBERS = [
  "metalness",
  "roughness",
  "emissiveIntensity",
  "opacity",
  "alphaTest",
  "aoMapIntensity",
  "bumpScale",
  "displacementScale",
  "envMapIntensity",
] as const;
const PHYSICAL = [
  "clearcoat",
  "clearcoatRoughness",
  "transmission",
  "thickness",
  "ior",
  "sheen",
  "iridescence",
] as const;
const SIDES: Record<string, Side> = { front: FrontSide, back: BackSide, double: DoubleSide };
const OTHERS = [
  "color",
  "emissive",
  "transparent",
  "side",
  "doubleSided",
  "wireframe",
  "flatShading",
  "normalScale",
  "repeat",
  "offset",
  "vertexColors",
  "fog",
  "depthWrite",
];
const DESCRIPTIVE = ["id", "name", "type", "shader", "properties", "version", "formatVersion"];

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
    if (field in MAPS || [...NUMBERS, ...PHYSICAL, ...OTHERS].includes(field)) data[field] = value;
    else if (!DESCRIPTIVE.includes(field))
      warnOnce(`A material has the field “${name}”, which the player does not know.`);
  }
  return data;
}

export function texturesOf(data: MaterialData): { slot: string; reference: string; kind: ColorKind }[] {
  return Object.entries(MAPS).flatMap(([slot, kind]) => {
    const reference = data[slot];
    return typeof reference === "string" && reference !== "" ? [{ slot, reference, kind }] : [];
  });
}

/** The engine's grey, for what has no material of its own. */
export function defaultMaterial(): MeshStandardMaterial {
  return new MeshStandardMaterial({ color: 0x888888, metalness: 0.5, roughness: 0.5 });
}

export function makeMaterial(data: MaterialData, textures: Map<string, Texture>): Material {
  const material = PHYSICAL.some((field) => field in data) ? new MeshPhysicalMaterial() : new MeshStandardMaterial();
  const fields = material as unknown as Record<string, unknown>;
  for (const field of [...NUMBERS, ...PHYSICAL]) {
    if (field in data) fields[field] = readNumber(data[field], readNumber(fields[field], 0));
  }
  material.color = readColor(data["color"], "#ffffff");
  material.emissive = readColor(data["emissive"], "#000000");
  material.transparent = data["transparent"] === true || material.opacity < 1;
  material.side = data["doubleSided"] === true ? DoubleSide : (SIDES[String(data["side"])] ?? FrontSide);
  for (const flag of ["wireframe", "flatShading", "vertexColors", "fog", "depthWrite"]) {
    if (typeof data[flag] === "boolean") fields[flag] = data[flag];
  }
  const scale = readNumber(data["normalScale"], 1);
  material.normalScale = new Vector2(scale, scale);
  textures.forEach((texture, slot) => (fields[slot] = withRepeat(texture, data)));
  return material;
}

/** `repeat` and `offset` belong to the material, not to the texture that others may share. */
function withRepeat(texture: Texture, data: MaterialData): Texture {
  if (!("repeat" in data) && !("offset" in data)) return texture;
  const own = texture.clone();
  own.repeat.fromArray(pair(data["repeat"], 1));
  own.offset.fromArray(pair(data["offset"], 0));
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
