import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { SceneError } from "../src/core/errors";
import type { EntityData, Level } from "../src/scene/format/types";
import { readScene } from "../src/scene/format/sceneFile";

function bytes(value: unknown): ArrayBuffer {
  return new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)).buffer as ArrayBuffer;
}

function aelv(value: unknown, change: { version?: number; packed?: number; length?: number } = {}): ArrayBuffer {
  const text = JSON.stringify(value);
  const body = deflateSync(text);
  const out = Buffer.alloc(16 + body.length);
  out.write("AELV", 0, "latin1");
  out.writeUInt32LE(change.version ?? 1, 4);
  out.writeUInt32LE(change.packed ?? body.length, 8);
  out.writeUInt32LE(change.length ?? text.length, 12);
  body.copy(out, 16);
  return new Uint8Array(out).buffer as ArrayBuffer;
}

const entity = (id: string, more: object = {}): object => ({ id, name: id, parentId: null, components: [], ...more });
const level = (entities: object[], more: object = {}): object => ({ formatVersion: "1.0.0", entities, ...more });
const byId = ({ entities }: Level, id: string): EntityData =>
  entities.find((one) => one.id === id) ?? assert.fail(`no ${id}`);

async function refuses(scene: ArrayBuffer, message: RegExp): Promise<void> {
  await assert.rejects(readScene("main", scene), (error: unknown) => {
    assert.ok(error instanceof SceneError);
    assert.match(error.message, message);
    return true;
  });
}

test("the binary packing holds the same level as the JSON", async () => {
  const same = level([entity("a", { tags: ["é"] }), entity("b", { parentId: "a" })]);
  assert.deepEqual(await readScene("main", aelv(same)), await readScene("main", bytes(same)));
});

test("a binary level that is damaged says how", async () => {
  const good = aelv(level([entity("a")]));
  await refuses(aelv(level([]), { version: 2 }), /version 2/);
  await refuses(good.slice(0, 30), /cut short/);
  await refuses(aelv(level([]), { packed: 5 }), /cannot be unpacked/);
  await refuses(aelv(level([]), { length: 2 ** 31 }), /too many/);
  await refuses(aelv(level([entity("a", { name: "x".repeat(10_000) })]), { length: 4 }), /more than the 4 bytes/);
});

test("the header's length counts bytes or characters, and any version of the text is read", async () => {
  const same = level([entity("a", { name: "Lámpara 🏮" })], { formatVersion: "0.9.0" });
  const text = JSON.stringify(same);
  const counted = [text.length, new TextEncoder().encode(text).length];
  assert.notEqual(counted[0], counted[1]);
  for (const length of counted)
    assert.equal(byId(await readScene("main", aelv(same, { length })), "a").name, "Lámpara 🏮");
});

test("what is no scene says so", async () => {
  await refuses(bytes("{"), /not valid JSON/);
  await refuses(bytes("[]"), /an object is expected/);
  await refuses(bytes({ hello: 1 }), /neither “entities”.*nor “objects”/);
});

test("a hierarchy that is cyclic, or an id that stands twice, is named", async () => {
  await refuses(bytes(level([entity("a", { parentId: "b" }), entity("b", { parentId: "a" })])), /cyclic: “a” \(a\)/);
  await refuses(bytes(level([entity("a", { parentId: "a" })])), /cyclic/);
  await refuses(bytes(level([entity("a"), entity("a")])), /Two entities have the id “a”/);
});

test("an entity whose parent does not exist stands at the root", async () => {
  assert.equal(byId(await readScene("orphans", bytes(level([entity("a", { parentId: "gone" })]))), "a").parentId, null);
});

test("a level without settings has the engine's", async () => {
  const { settings } = await readScene("main", bytes(level([])));
  assert.equal(settings.skybox.color, "#87CEEB");
  assert.deepEqual(settings.physics, { gravity: { x: 0, y: -9.81, z: 0 }, fixedTimestep: 0.02, maxSubSteps: null });
  assert.deepEqual(settings.lighting, {
    ambientColor: "#404040",
    ambientIntensity: 0.5,
    shadowsEnabled: true,
    shadowQuality: "medium",
  });
  assert.equal(settings.postProcessing.enabled, false);
});

test("a level says how it is drawn, and which axes its scripts see", async () => {
  const { settings, assets } = await readScene(
    "main",
    bytes(
      level([], {
        assets: [{ id: "m", type: "material", data: { type: "basic" } }],
        settings: {
          skybox: { type: "procedural", sunPosition: [100, 20, 100] },
          rendering: { toneMapping: "none", pixelPerfect: true },
          handedness: "left",
        },
      }),
    ),
  );
  assert.deepEqual(settings.rendering, { toneMapping: "none", exposure: 1, shadowType: "pcf", pixelPerfect: true });
  assert.deepEqual([settings.handedness, settings.skybox.turbidity], ["left", 10]);
  assert.deepEqual(assets, [{ id: "m", type: "material", path: "", data: { type: "basic" } }]);
});

test("gravity may be an array, and null means the default", async () => {
  const { settings } = await readScene(
    "main",
    bytes(level([], { settings: { physics: { gravity: [0, -1, 0] }, fog: { near: null } } })),
  );
  assert.deepEqual(settings.physics.gravity, { x: 0, y: -1, z: 0 });
  assert.equal(settings.fog.near, 10);
});

test("a transform is made whole: no rotation of length 0, no half vectors", async () => {
  const read = await readScene(
    "main",
    bytes(
      level([
        entity("a", { transform: { position: { x: 2 }, rotation: { x: 0, y: 0, z: 0, w: 0 }, scale: { y: 3 } } }),
      ]),
    ),
  );
  const { position, rotation, scale } = byId(read, "a");
  assert.deepEqual(
    [position, rotation, scale],
    [
      { x: 2, y: 0, z: 0 },
      { x: 0, y: 0, z: 0, w: 1 },
      { x: 1, y: 3, z: 1 },
    ],
  );
});

const LAMP = {
  id: "lamp",
  name: "Lamp",
  rootEntityId: "root",
  entities: [
    entity("root", {
      transform: { position: { x: 1, y: 1, z: 1 } },
      components: [{ type: "MeshRenderer", data: { meshId: "primitive:box", castShadows: false } }],
    }),
    entity("bulb", { parentId: "root", components: [{ type: "Light", data: { type: "point", intensity: 2 } }] }),
  ],
};

test("a reference to a prefab becomes the prefab's entities, changed by its overrides", async () => {
  const read = await readScene(
    "main",
    bytes(
      level(
        [
          entity("here", {
            prefabId: "lamp",
            name: "My lamp",
            transform: { position: { x: 5, y: 0, z: 0 } },
            components: [{ type: "MeshRenderer", data: { meshId: "primitive:sphere" } }],
            overrides: { bulb: { components: { Light: { intensity: 9 } }, active: false } },
          }),
        ],
        { prefabs: [LAMP] },
      ),
    ),
  );
  const [root, bulb] = [byId(read, "here"), byId(read, "here/bulb")];
  assert.deepEqual([root.name, root.position.x, bulb.parentId, bulb.active], ["My lamp", 5, "here", false]);
  assert.deepEqual(root.components, [
    { type: "MeshRenderer", data: { meshId: "primitive:sphere", castShadows: false } },
  ]);
  assert.deepEqual(bulb.components, [{ type: "Light", data: { type: "point", intensity: 9 } }]);
});

test("an instance that is listed whole stands as it is", async () => {
  const listed = [
    entity("i1", { prefabId: "lamp", prefabInstanceId: "x" }),
    entity("i2", { prefabId: "lamp", prefabInstanceId: "x", parentId: "i1" }),
  ];
  const read = await readScene("main", bytes(level(listed, { prefabs: [LAMP] })));
  assert.deepEqual(
    read.entities.map(({ id, components }) => [id, components.length]),
    [
      ["i1", 0],
      ["i2", 0],
    ],
  );
});

test("two references to one prefab share nothing", async () => {
  const read = await readScene(
    "main",
    bytes(level([entity("a", { prefabId: "lamp" }), entity("b", { prefabId: "lamp" })], { prefabs: [LAMP] })),
  );
  assert.notEqual(byId(read, "a").components[0]?.data, byId(read, "b").components[0]?.data);
});

test("a reference to a prefab that is not there is named", async () => {
  await refuses(bytes(level([entity("a", { prefabId: "nope" })])), /“a” refers to the prefab nope/);
});

test("a runtime scene becomes a level", async () => {
  const read = await readScene(
    "old",
    bytes({
      objects: [
        { id: "floor", type: "mesh", primitive: "plane", rotation: { x: -90, y: 0, z: 0 }, physics: { static: true } },
        { id: 7, type: "mesh", modelPath: "models/a.glb", physics: { shape: "sphere", kinematic: true } },
      ],
      lights: [{ lightType: "directional", position: { x: 5, y: 10, z: 7.5 } }, { lightType: "ambient" }],
      environment: { background: "#102030", fog: { near: 5, far: 50 } },
      camera: { position: { x: 0, y: 2, z: 6 }, target: { x: 0, y: 1, z: 0 } },
    }),
  );
  const floor = byId(read, "floor");
  assert.ok(Math.abs(floor.rotation.x + Math.SQRT1_2) < 1e-9);
  assert.deepEqual(
    floor.components.map(({ type }) => type),
    ["MeshRenderer", "Collider"],
  );
  assert.deepEqual(
    byId(read, "7").components.map(({ type, data }) => [type, data["meshId"] ?? data["shape"] ?? data["isKinematic"]]),
    [
      ["MeshRenderer", "assets/models/a.glb"],
      ["RigidBody", true],
      ["Collider", "sphere"],
    ],
  );
  const [sun, ambient] = [byId(read, "light-0"), byId(read, "light-1")].map(({ components }) => components[0]?.data);
  assert.deepEqual([sun?.["type"], sun?.["intensity"], sun?.["range"]], ["directional", 1, 0]);
  assert.deepEqual([ambient?.["color"], ambient?.["intensity"]], ["#404040", 0.5]);
  assert.deepEqual(byId(read, "camera").components[0]?.data["target"], { x: 0, y: 1, z: 0 });
  assert.deepEqual(
    [read.settings.skybox.color, read.settings.fog.near, read.settings.lighting.ambientIntensity],
    ["#102030", 5, 0],
  );
  assert.equal(read.settings.postProcessing.bloom.threshold, 0.85);
  assert.deepEqual([read.settings.physics.fixedTimestep, read.settings.lighting.shadowQuality], [null, null]);
});
