import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Mesh, Vector3, type Object3D, type SkinnedMesh } from "three";
import { ClipPlayer } from "../src/components/animation/mixer";
import type { Model } from "../src/assets/gltf";
import { Random } from "../src/core/random";
import { glbOfNodes, type NodeParts } from "./models";
import { play } from "./playing";

async function load(t: TestContext, ...made: Parameters<typeof glbOfNodes>): Promise<Model> {
  const { library } = await play(t, { "assets/a.glb": glbOfNodes(...made) });
  return library.loadModel("a.glb", "the test");
}

const meshesOf = (root: Object3D | undefined): Mesh[] => {
  const found: Mesh[] = [];
  root?.traverse((object) => object instanceof Mesh && found.push(object));
  return found;
};

test("a node has the name that its file gives it, and the one that three.js makes of that", async (t) => {
  const names = ["Cube.001", "Left Arm", "a/b:c[0]", "#1", "Ärm", "Crate", "Crate"];
  const model = await load(
    t,
    names.map((name, x) => ({ name, primitives: 1, translation: [x, 0, 0] })),
  );
  const x = (name: string): number | undefined => model.instance(name)?.position.x;
  assert.deepEqual(names.map(x), [0, 1, 2, 3, 4, 5, 5]);
  assert.deepEqual(["Cube001", "Left_Arm", "abc0", "Crate_1", "Nowhere"].map(x), [0, 1, 2, 6, undefined]);
});

test("a node without a name is known by that of its mesh", async (t) => {
  const model = await load(t, [{ meshName: "The Lid", primitives: 2 }]);
  assert.equal(meshesOf(model.instance("The Lid")).length, 2);
});

test("a model without scenes shows all of its nodes", async (t) => {
  const nodes: NodeParts[] = [{ name: "a", primitives: 1, children: [1] }, { name: "b", primitives: 1 }, { name: "c" }];
  for (const document of [{ scenes: undefined, scene: undefined }, { scene: 7 }, { scenes: [], scene: 0 }]) {
    const model = await load(t, nodes, { document });
    assert.deepEqual([meshesOf(model.instance()).length, model.instance("c")?.name], [2, "c"]);
  }
});

const TROUBLE = ["object", "object_1", "object_1_1", "node-0", "Scene", "node", "a.b", "a b", "a_b", "ab", ""];

test("every clip moves its own part, whatever the names of the others", async (t) => {
  const random = new Random(7);
  const pick = (): string => TROUBLE[Math.floor(random.next() * TROUBLE.length)] as string;
  for (let round = 0; round < 25; round++) {
    const parts = Array.from({ length: 8 }, () => ({
      ...{ name: pick(), meshName: pick(), primitives: 1 + Math.floor(random.next() * 3) },
      translation: [0, 0, 0] as [number, number, number],
    }));
    const model = await load(t, parts, { document: { scenes: [{ name: pick(), nodes: [...parts.keys()] }] } });
    model.clips.forEach((clip, index) => {
      const copy = model.instance() as Object3D;
      const player = new ClipPlayer(copy);
      player.play({ clip, loop: false, speed: 1 }, 0);
      player.update(0.5);
      const places = copy.children.map(({ position }) => position.x);
      assert.deepEqual(
        places,
        parts.map((_, other) => (other === index ? 0.5 : 0)),
        `round ${round}: ${JSON.stringify(parts)}`,
      );
      for (const { children } of copy.children)
        assert.deepEqual(
          children.map(({ position }) => position.x),
          children.map(() => 0),
        );
    });
  }
});

/** Where the first corner of each mesh is drawn. */
function corners(root: Object3D): number[][] {
  root.updateMatrixWorld(true);
  return meshesOf(root).map((mesh) => mesh.localToWorld(mesh.getVertexPosition(0, new Vector3())).toArray());
}

const HERO: NodeParts[] = [
  { name: "Root", children: [1, 3, 4], translation: [0, 2, 0] },
  { name: "Hips", children: [2], translation: [0, 0, 3] },
  { name: "Hat", primitives: 1 },
  { name: "Body", primitives: 2, skin: 0, translation: [9, 9, 9] },
  { name: "Shadow", primitives: 1, skin: 0 },
];

test("a skinned node comes with its bones, in its pose, and without what lies beside it", async (t) => {
  const model = await load(t, HERO, { joints: [1] });
  const [copy, other] = [model.instance("Body"), model.instance("Body")] as [Object3D, Object3D];
  assert.deepEqual(corners(copy), [
    [0, 2, 3],
    [0, 2, 3],
  ]);
  const player = new ClipPlayer(copy);
  player.play({ clip: model.clips[1] as never, loop: false, speed: 1 }, 0);
  player.update(0.5);
  assert.deepEqual(corners(copy)[0], [0.5, 2, 0]);
  assert.deepEqual(corners(other)[0], [0, 2, 3]);
  const bones = (root: Object3D): object[] => (meshesOf(root)[0] as SkinnedMesh).skeleton.bones;
  assert.notEqual(bones(copy)[0], bones(other)[0]);
});

test("a mesh on the way to a bone is not shown", async (t) => {
  const parts = HERO.map((part) => (part.name === "Root" ? { ...part, primitives: 1, skin: 0 } : part));
  const model = await load(t, parts, { joints: [1] });
  assert.deepEqual([meshesOf(model.instance("Body")).length, meshesOf(model.instance()).length], [2, 5]);
});
