import assert from "node:assert/strict";
import { test } from "node:test";
import { MeshRenderer } from "../src/components/MeshRenderer";
import { DEFAULT_CONFIG } from "../src/core/manifest";
import { Quality } from "../src/render/quality";
import { readSettings } from "../src/scene/format/settings";
import { attached, play } from "./playing";

const material = (color: string) => ({
  id: "paint",
  type: "material" as const,
  path: "",
  data: { type: "basic", color },
});

test("a material that stands in the level is found by its id, and is another one in another level", async (t) => {
  const playing = await play(t, {});
  const shown: (string | undefined)[] = [];
  for (const color of ["#112233", "#445566"]) {
    playing.library.open({ assets: [material(color)], settings: readSettings({}) });
    const entity = playing.scene.create({
      components: [{ type: "MeshRenderer", data: { geometry: { type: "box" }, materialIds: ["paint"] } }],
    });
    const renderer = entity.component(MeshRenderer) as MeshRenderer;
    await attached(playing, renderer);
    shown.push(renderer.color);
  }
  assert.deepEqual(shown, ["#112233", "#445566"]);
});

test("a geometry of no known type is named", async (t) => {
  const warn = t.mock.method(console, "warn", () => undefined);
  const { scene } = await play(t, {});
  scene.create({ name: "Rock", components: [{ type: "MeshRenderer", data: { geometry: { type: "blob" } } }] });
  assert.match(String(warn.mock.calls.at(-1)?.arguments[0]), /“Rock”.*type “blob”/);
});

test("a game without shadows and bloom has none, and a light's own map is capped by the preset", () => {
  const { lighting, postProcessing } = readSettings({ postProcessing: { enabled: true, bloom: { enabled: true } } });
  const plain = new Quality("high", { ...DEFAULT_CONFIG, shadows: false, bloom: false });
  assert.deepEqual([plain.shadowMapSize(lighting, 512), plain.effects(postProcessing)?.bloom.enabled], [0, false]);
  const full = new Quality("medium", DEFAULT_CONFIG);
  assert.deepEqual(
    [full.shadowMapSize(lighting), full.shadowMapSize(lighting, 512), full.shadowMapSize(lighting, 4096)],
    [1024, 512, 1024],
  );
  assert.equal(full.effects(postProcessing), postProcessing);
});
