import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ClampToEdgeWrapping,
  DoubleSide,
  MeshBasicMaterial,
  MeshPhongMaterial,
  MeshPhysicalMaterial,
  MeshStandardMaterial,
  MirroredRepeatWrapping,
  Texture,
  Vector2,
  type Material,
} from "three";
import { makeMaterial, readColor, readMaterial, texturesOf } from "../src/assets/materials";

const hex = (value: unknown): string => readColor(value, "#010203").getHexString();

/** A material whose textures are all this one. */
function made(json: object, texture = new Texture()): Material {
  const data = readMaterial(json);
  return makeMaterial(
    data,
    texturesOf(data).map((use) => [use, texture] as const),
  );
}

test("all shapes of material files mean the same, and none is complained of", (t) => {
  const warned = t.mock.method(console, "warn", () => undefined);
  const flat = readMaterial({ color: "#ff0000", metalness: 0.2, map: "tex-1", normalMap: "tex-2" });
  const nested = readMaterial({
    id: "m",
    name: "Red",
    shader: "pbr",
    properties: { albedo: "#ff0000", metallic: 0.2, albedoMap: "tex-1", normalMap: "tex-2" },
  });
  assert.deepEqual(nested, flat);
  const parameters = { albedo: "#ff0000", metallic: 0.2, albedoMap: "tex-1", normalMap: "tex-2" };
  assert.deepEqual(readMaterial({ parameters, metadata: { author: "me" } }), flat);
  assert.deepEqual(warned.mock.calls, []);
  assert.deepEqual(texturesOf(flat), [
    { slot: "map", reference: "tex-1", kind: "color", placing: null },
    { slot: "normalMap", reference: "tex-2", kind: "data", placing: null },
  ]);
});

test("a material has what its file says, and three's defaults for the rest", () => {
  const map = new Texture();
  const material = made({ color: "#00ff00", roughness: 0.25, opacity: 0.5, side: "double", map: "t" }, map);
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
  const material = made({ clearcoat: 1 });
  assert.ok(material instanceof MeshPhysicalMaterial && material.clearcoat === 1);
});

test("repeating a texture leaves the one that others share as it is", () => {
  const shared = new Texture();
  const material = made({ map: "t", repeat: [4, 2] }, shared) as MeshStandardMaterial;
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

test("a type is asked for by name, and fields that it does not have are of no effect", () => {
  const unlit = made({ type: "basic", color: "#893800", metalness: 1, depthTest: false });
  assert.ok(unlit instanceof MeshBasicMaterial);
  assert.deepEqual([unlit.color.getHexString(), unlit.depthTest, "metalness" in unlit], ["893800", false, false]);
  const shiny = made({ type: "phong", specular: "#ff0000", shininess: 90, emissive: "#010203" });
  assert.ok(shiny instanceof MeshPhongMaterial);
  assert.deepEqual(
    [shiny.specular.getHexString(), shiny.shininess, shiny.emissive.getHexString()],
    ["ff0000", 90, "010203"],
  );
  assert.ok(!(made({ type: "standard", clearcoat: 0 }) instanceof MeshPhysicalMaterial));
  assert.ok(made({ type: "pbr" }) instanceof MeshStandardMaterial);
});

test("a texture lies as its material says, slot by slot", () => {
  const placing = {
    repeat: { x: 2, y: 1 },
    offset: [0.5, 0],
    rotation: 1,
    wrapS: "clamp",
    wrapT: "mirror",
    anisotropy: 3,
  };
  const { map, normalMap } = made({
    textures: { map: { uri: "a.png", ...placing }, normalMap: { uri: "b.png" } },
    normalScale: { x: 2, y: -1 },
  }) as MeshStandardMaterial;
  assert.deepEqual(
    [map?.repeat.toArray(), map?.offset.toArray(), map?.rotation, map?.wrapS, map?.wrapT, map?.anisotropy],
    [[2, 1], [0.5, 0], 1, ClampToEdgeWrapping, MirroredRepeatWrapping, 3],
  );
  assert.deepEqual(normalMap?.repeat.toArray(), [1, 1]);
});

test("an image that is not turned over is looked up from the other end", () => {
  const placing = { repeat: [2, 3], offset: [0.1, 0.2], rotation: 0.3 };
  const at = (flipY: boolean): Vector2 => {
    const { map } = made({ textures: { map: { uri: "a.png", ...placing, flipY } } }) as MeshStandardMaterial;
    map?.updateMatrix();
    return new Vector2(0.25, 0.75).applyMatrix3((map as Texture).matrix);
  };
  const [turned, asItIs] = [at(true), at(false)];
  assert.ok(Math.abs(turned.x - asItIs.x) < 1e-9 && Math.abs(1 - turned.y - asItIs.y) < 1e-9);
});
