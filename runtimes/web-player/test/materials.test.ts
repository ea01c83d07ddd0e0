import assert from "node:assert/strict";
import { test } from "node:test";
import { DoubleSide, MeshPhysicalMaterial, MeshStandardMaterial, Texture } from "three";
import { makeMaterial, readColor, readMaterial, texturesOf } from "../src/assets/materials";

const hex = (value: unknown): string => readColor(value, "#010203").getHexString();

test("both shapes of material files mean the same", () => {
  const flat = readMaterial({ color: "#ff0000", metalness: 0.2, map: "tex-1", normalMap: "tex-2" });
  const nested = readMaterial({
    id: "m",
    name: "Red",
    shader: "pbr",
    properties: { albedo: "#ff0000", metallic: 0.2, albedoMap: "tex-1", normalMap: "tex-2" },
  });
  assert.deepEqual(nested, flat);
  assert.deepEqual(texturesOf(flat), [
    { slot: "map", reference: "tex-1", kind: "color" },
    { slot: "normalMap", reference: "tex-2", kind: "data" },
  ]);
});

test("a material has what its file says, and three's defaults for the rest", () => {
  const map = new Texture();
  const material = makeMaterial(
    readMaterial({ color: "#00ff00", roughness: 0.25, opacity: 0.5, side: "double" }),
    new Map([["map", map]]),
  );
  assert.ok(material instanceof MeshStandardMaterial && !(material instanceof MeshPhysicalMaterial));
  assert.deepEqual(
    [
      material.color.getHexString(),
      material.roughness,
      material.metalness,
      material.transparent,
      material.side,
      material.map,
    ],
    ["00ff00", 0.25, 0, true, DoubleSide, map],
  );
});

test("glass and lacquer need the physical material", () => {
  const material = makeMaterial(readMaterial({ clearcoat: 1 }), new Map());
  assert.ok(material instanceof MeshPhysicalMaterial && material.clearcoat === 1);
});

test("repeating a texture leaves the one that others share as it is", () => {
  const shared = new Texture();
  const material = makeMaterial(
    readMaterial({ map: "t", repeat: [4, 2] }),
    new Map([["map", shared]]),
  ) as MeshStandardMaterial;
  assert.deepEqual(
    [material.map?.repeat.toArray(), shared.repeat.toArray()],
    [
      [4, 2],
      [1, 1],
    ],
  );
});

test("colours may be written in every way that the engine writes them", () => {
  assert.deepEqual(
    [hex("#ff8800"), hex("tomato"), hex(0xff8800), hex([1, 0, 0]), hex({ r: 0, g: 1, b: 0 }), hex(null)],
    ["ff8800", "ff6347", "ff8800", "ff0000", "00ff00", "010203"],
  );
});
