import assert from "node:assert/strict";
import { test } from "node:test";
import { DiskFiles } from "../bake/diskFiles";
import { groundOf } from "../src/components/steering/ground";
import { makePathFinder } from "../src/navigation/finder";
import { readNavMesh, writeNavMesh } from "../src/navigation/navMeshFile";
import { bakeNavMesh, initRecast } from "../src/navigation/recast";
import type { NavMesh, PathFinder, Triangles } from "../src/navigation/types";
import { Random } from "../src/core/random";
import type { EntityData } from "../src/scene/format/types";
import type { Scene } from "../src/scene/scene";
import { play } from "./playing";

const PLAIN: EntityData = {
  ...{ id: "", name: "ground", parentId: null, tags: [], layer: 0, active: true, components: [] },
  ...{ position: { x: 0, y: 0, z: 0 }, rotation: { x: 0, y: 0, z: 0, w: 1 }, scale: { x: 1, y: 1, z: 1 } },
};
const AGENT = { radius: 0.4, height: 2 };
const UNEVEN = { cells: 12, side: 3 };

await initRecast(new DiskFiles({}));

/** A floor of square cells, in metres; `isFloor` says which of them are there. */
function floor(cells: number, side: number, isFloor: (x: number, z: number) => boolean): Triangles {
  const ground: Triangles = { positions: [], indices: [] };
  for (let x = 0; x < cells; x++) {
    for (let z = 0; z < cells; z++) {
      if (!isFloor(x, z)) continue;
      const first = ground.positions.length / 3;
      for (const [cornerX, cornerZ] of [
        [x, z],
        [x, z + 1],
        [x + 1, z + 1],
        [x + 1, z],
      ] as [number, number][])
        ground.positions.push(cornerX * side, 0, cornerZ * side);
      ground.indices.push(...[0, 1, 2, 0, 2, 3].map((corner) => first + corner));
    }
  }
  return ground;
}

/** All cells that one can go to, from one to the next. */
function flooded(cells: number, from: number, isFloor: (x: number, z: number) => boolean): Set<number> {
  const found = new Set([from]);
  for (const cell of found) {
    const [x, z] = [cell % cells, Math.floor(cell / cells)];
    for (const [nextX, nextZ] of [
      [x + 1, z],
      [x - 1, z],
      [x, z + 1],
      [x, z - 1],
    ] as [number, number][])
      if (nextX >= 0 && nextZ >= 0 && nextX < cells && nextZ < cells && isFloor(nextX, nextZ))
        found.add(nextX + nextZ * cells);
  }
  return found;
}

function bake(ground: Triangles): NavMesh {
  return bakeNavMesh(ground, AGENT) ?? assert.fail("no ground");
}

function finderOf(mesh: NavMesh): PathFinder {
  return makePathFinder(readNavMesh(writeNavMesh(mesh).buffer));
}

test("a way exists exactly where a flood of the floor's cells gets, whatever the floor", () => {
  const { cells, side } = UNEVEN;
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const share = 0.55 + random.next() * 0.4;
    const there = Array.from({ length: cells * cells }, () => random.next() < share);
    const isFloor = (x: number, z: number): boolean => there[x + z * cells] as boolean;
    const whole = there.flatMap((is, cell) => (is ? [cell] : []));
    const finder = finderOf(bake(floor(cells, side, isFloor)));
    const middle = (cell: number): { x: number; y: number; z: number } => ({
      ...{ x: ((cell % cells) + 0.5) * side, y: 0, z: (Math.floor(cell / cells) + 0.5) * side },
    });
    const from = whole[Math.floor(random.next() * whole.length)] as number;
    const reached = flooded(cells, from, isFloor);
    for (const to of whole) {
      const end = finder.path(middle(from), middle(to))?.at(-1) ?? assert.fail(`seed ${seed}: ${to} is off the ground`);
      const arrives = Math.hypot(end.x - middle(to).x, end.z - middle(to).z) < 0.5;
      assert.equal(arrives, reached.has(to), `seed ${seed}: from ${from} to ${to}`);
    }
  }
});

test("a file gives back the mesh, and the same ground the same bytes", () => {
  const ground = floor(6, 2, (x, z) => (x * z) % 5 !== 4);
  const file = writeNavMesh(bake(ground));
  assert.deepEqual(file, writeNavMesh(bake(ground)));
  assert.deepEqual(file, writeNavMesh(readNavMesh(file.buffer)));
});

test("whatever byte of a file is another one, or missing, it is not searched", () => {
  const file = writeNavMesh(bake(floor(4, 2, (x, z) => x !== 1 || z !== 2)));
  const random = new Random(7);
  for (let round = 0; round < 300; round++) {
    const damaged = file.slice();
    const at = Math.floor(random.next() * damaged.length);
    damaged[at] = (damaged[at] as number) ^ (1 + Math.floor(random.next() * 255));
    assert.throws(() => readNavMesh(damaged.buffer), /no navigation mesh|version|damaged/);
  }
  for (let length = 0; length < file.length; length += 7)
    assert.throws(() => readNavMesh(file.slice(0, length).buffer));
});

test("numbers that lead nowhere are found, whatever the check sum says", () => {
  const mesh = bake(floor(4, 2, () => true));
  const [polygon] = mesh.polygons as [NavMesh["polygons"][number]];
  const [surface] = mesh.surfaces as [NavMesh["surfaces"][number]];
  const wrong: [string, Partial<NavMesh>][] = [
    [
      "a corner",
      { polygons: [{ ...polygon, vertices: polygon.vertices.map(() => 60_000) }, ...mesh.polygons.slice(1)] },
    ],
    ["a neighbour", { polygons: [{ ...polygon, neighbours: polygon.neighbours.map(() => 60_000) }] }],
    ["a surface", { surfaces: mesh.surfaces.map((one) => ({ ...one, trianglesBase: 1_000_000 })) }],
    ["a surface's vertices", { surfaces: mesh.surfaces.map((one) => ({ ...one, verticesBase: 9, verticesCount: 9 })) }],
    ["a triangle", { surfaceTriangles: mesh.surfaceTriangles.map(() => 255) }],
    ["a surface too few", { surfaces: mesh.surfaces.slice(1) }],
    ["a surface too many", { surfaces: [...mesh.surfaces, surface] }],
  ];
  for (const [what, part] of wrong)
    assert.throws(() => readNavMesh(writeNavMesh({ ...mesh, ...part }).buffer), /fit together|range|length/i, what);
});

const GROUND: [string, Record<string, unknown>[]][] = [
  ["box", [{ size: [4, 1, 4] }, { size: [4, 1, 4.001] }, { center: [0, 1, 0] }, { shape: "sphere", radius: 2 }]],
  ["capsule", [{ shape: "capsule", height: 3 }, { shape: "capsule", height: 4 }, { shape: "plane" }]],
];

test("a fingerprint is that of the ground: whatever moves or changes it, and nothing else, gives another one", async (t) => {
  const printOf = async (
    more: object,
    data: Record<string, unknown>,
    change = (_: Scene): void => {},
  ): Promise<string> => {
    const { scene } = await play(t, {});
    const collider = { type: "Collider", data };
    scene.build([{ ...PLAIN, id: "ground", components: [collider], ...more }]);
    scene.attach(scene.components());
    change(scene);
    return groundOf(scene).fingerprint();
  };
  for (const [name, shapes] of GROUND) {
    const prints = await Promise.all(shapes.map((data) => printOf({}, data)));
    assert.equal(new Set(prints).size, shapes.length, name);
    const data = shapes[0] as Record<string, unknown>;
    const same = [{ name: "other" }, { tags: ["tag"] }, { layer: 3 }];
    for (const more of same) assert.equal(await printOf(more, data), prints[0]);
    const moved = [{ position: { x: 0, y: 0.001, z: 0 } }, { scale: { x: 1, y: 1, z: 1.01 } }, { active: false }];
    for (const more of moved) assert.notEqual(await printOf(more, data), prints[0]);
    assert.notEqual(await printOf({}, { ...data, isTrigger: true }), prints[0]);
    assert.notEqual(await printOf({}, data, (scene) => scene.find("ground")?.addComponent("RigidBody", {})), prints[0]);
    assert.equal(await printOf({}, data, (scene) => void scene.create({ name: "more" })), prints[0]);
  }
});

test("ground without an end, or without anything on it, is no ground", () => {
  assert.equal(bakeNavMesh({ positions: [], indices: [] }, AGENT), null);
  const endless = floor(2, 2, () => true);
  endless.positions[0] = Infinity;
  assert.throws(() => bakeNavMesh(endless, AGENT), /no end/);
  const wall: Triangles = { positions: [0, 0, 0, 0, 9, 0, 9, 0, 0], indices: [0, 1, 2] };
  assert.equal(bakeNavMesh(wall, AGENT)?.polygons.length ?? 0, 0);
});
