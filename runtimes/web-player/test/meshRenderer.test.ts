import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { MeshRenderer } from "../src/components/MeshRenderer";
import { pairOfMeshes } from "./models";
import { attached, play, type Playing } from "./playing";

const FILES = {
  "assets/red.json": '{"color": "#ff0000"}',
  "assets/blue.json": '{"color": "#0000ff"}',
  "assets/pair.glb": pairOfMeshes(),
};

async function shown(t: TestContext, ...components: object[]): Promise<[Playing, MeshRenderer[]]> {
  const playing = await play(t, FILES, ["assets/gone.json"]);
  const entities = components.map((data) =>
    playing.scene.create({ components: [{ type: "MeshRenderer", data: data as Record<string, unknown> }] }),
  );
  const renderers = entities.map((entity) => entity.component(MeshRenderer) as MeshRenderer);
  await Promise.all(renderers.map((renderer) => attached(playing, renderer)));
  return [playing, renderers];
}

const colors = (renderer: MeshRenderer): string[] =>
  [...renderer.meshes()].map(({ material }) => `#${(material as unknown as Tinted).color.getHexString()}`);
interface Tinted {
  color: { getHexString(): string };
}

const BOX = { meshId: "primitive:box", materialIds: ["red.json"] };

test("an entity is tinted alone, before and after its materials change", async (t) => {
  const [, [one, other]] = (await shown(t, BOX, { ...BOX, materialIds: ["blue.json"] })) as [
    Playing,
    [MeshRenderer, MeshRenderer],
  ];
  one.color = "#00ff00";
  await one.setMaterials(["blue.json"]);
  assert.deepEqual([one.color, other.color], ["#0000ff", "#0000ff"]);
  one.color = "#ffff00";
  one.opacity = 0.5;
  assert.deepEqual([one.color, one.opacity], ["#ffff00", 0.5]);
  assert.deepEqual([other.color, other.opacity], ["#0000ff", 1]);
});

test("copies are given back when other materials take their place, shared ones are not", async (t) => {
  const [, [one, other]] = (await shown(t, BOX, BOX)) as [Playing, [MeshRenderer, MeshRenderer]];
  const disposed: string[] = [];
  const watch = (renderer: MeshRenderer, name: string): void =>
    [...renderer.meshes()]
      .flatMap(({ material }) => material)
      .forEach((material) => material.addEventListener("dispose", () => disposed.push(name)));
  watch(other, "shared");
  one.color = "#00ff00";
  watch(one, "first copy");
  await one.setMaterials(["blue.json"]);
  assert.deepEqual(disposed, ["first copy"]);
  one.color = "#00ff00";
  watch(one, "second copy");
  one.entity.removeComponent("MeshRenderer");
  assert.deepEqual(disposed, ["first copy", "second copy"]);
});

test("the nth material is that of the nth mesh, the last serves the rest, none means the model's own", async (t) => {
  const [, [pair]] = (await shown(t, { meshId: "pair.glb" })) as [Playing, [MeshRenderer]];
  assert.deepEqual(colors(pair), ["#00ff00", "#ffffff"]);
  await pair.setMaterials(["red.json", "blue.json"]);
  assert.deepEqual(colors(pair), ["#ff0000", "#0000ff"]);
  await pair.setMaterials(["blue.json"]);
  assert.deepEqual(colors(pair), ["#0000ff", "#0000ff"]);
  await pair.setMaterials([]);
  assert.deepEqual(colors(pair), ["#00ff00", "#ffffff"]);
});

test("two entities that show one model are tinted apart", async (t) => {
  const [, [one, other]] = (await shown(t, { meshId: "pair.glb" }, { meshId: "pair.glb" })) as [
    Playing,
    [MeshRenderer, MeshRenderer],
  ];
  one.color = "#123456";
  assert.deepEqual(
    [colors(one), colors(other)],
    [
      ["#123456", "#ffffff"],
      ["#00ff00", "#ffffff"],
    ],
  );
});

test("the later call wins, whichever has loaded first", async (t) => {
  const [{ host }, [box]] = (await shown(t, { meshId: "primitive:box" })) as [Playing, [MeshRenderer]];
  const release = host.hold("assets/red.json");
  const first = box.setMaterials(["red.json"]);
  await box.setMaterials(["blue.json"]);
  release();
  await first;
  assert.equal(box.color, "#0000ff");
});

test("a material that is not there changes nothing and is named", async (t) => {
  const warn = t.mock.method(console, "warn", () => undefined);
  const [, [box]] = (await shown(t, BOX)) as [Playing, [MeshRenderer]];
  await box.setMaterials(["gone.json"]);
  assert.equal(box.color, "#ff0000");
  assert.match(String(warn.mock.calls.at(-1)?.arguments[0]), /assets\/gone\.json/);
});
