import assert from "node:assert/strict";
import { test } from "node:test";
import { Animator } from "../src/components/Animator";
import { MeshRenderer } from "../src/components/MeshRenderer";
import { pairOfMeshes } from "./models";
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
