import assert from "node:assert/strict";
import { test } from "node:test";
import { Animator } from "../src/components/Animator";
import { MeshRenderer } from "../src/components/MeshRenderer";
import { pairOfMeshes } from "./models";
import { readSettings } from "../src/scene/format/settings";
import { attached, play } from "./playing";

test("an Animator follows its entity's model, also when another one takes its place", async (t) => {
  const playing = await play(t, { "assets/pair.glb": pairOfMeshes() });
  const entity = playing.scene.create({
    components: [
      { type: "MeshRenderer", data: { meshId: "pair.glb" } },
      { type: "Animator", data: {} },
    ],
  });
  const animator = entity.component(Animator) as Animator;
  const renderer = (): MeshRenderer => entity.component(MeshRenderer) as MeshRenderer;
  const moved = (): number | undefined => renderer().root?.getObjectByName("first")?.position.x;
  await attached(playing, animator);
  animator.update(0.25);
  assert.deepEqual([animator.state, moved()], ["move", 0.25]);
  entity.removeComponent("MeshRenderer");
  animator.update(0.25);
  assert.deepEqual([animator.state, animator.clips], [null, []]);
  entity.addComponent("MeshRenderer", { meshId: "pair.glb" });
  await attached(playing, renderer());
  animator.update(0.5);
  assert.deepEqual([animator.state, moved()], ["move", 0.5]);
});

test("a state without a clip rests, and the next one begins from there", async (t) => {
  const playing = await play(t, { "assets/pair.glb": pairOfMeshes() });
  const data = {
    states: [
      { name: "Rest", clip: null },
      { name: "Go", clip: "move", loop: false },
    ],
    transitions: [
      { from: "Rest", to: "Go", conditions: [{ parameter: "go", operator: "==", value: true }], fade: 0 },
      { from: "Go", to: "Rest", finished: true, fade: 0 },
    ],
  };
  playing.library.open({ assets: [{ id: "hops", type: "animation", path: "", data }], settings: readSettings({}) });
  const entity = playing.scene.create({
    components: [
      { type: "MeshRenderer", data: { meshId: "pair.glb" } },
      { type: "Animator", data: { controllerPath: "hops", parameters: { go: false } } },
    ],
  });
  const animator = entity.component(Animator) as Animator;
  await attached(playing, animator);
  const x = (): number | undefined => entity.component(MeshRenderer)?.root?.getObjectByName("first")?.position.x;
  const track: [string | null, number | undefined][] = [];
  animator.update(0.5);
  for (let step = 0; step < 5; step++) {
    animator.trigger("go");
    animator.update(0.5);
    track.push([animator.state, x()]);
  }
  assert.deepEqual(track, [
    ["Go", 0.5],
    ["Go", 1],
    ["Rest", 0],
    ["Go", 0.5],
    ["Go", 1],
  ]);
  assert.deepEqual(playing.problems.all, []);
});
