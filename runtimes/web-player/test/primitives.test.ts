import assert from "node:assert/strict";
import { test } from "node:test";
import { Vector3, type BufferGeometry } from "three";
import { geometryOf, primitive, readTerrain } from "../src/render/primitives";

function sizeOf(geometry: BufferGeometry | null): number[] {
  geometry?.computeBoundingBox();
  const size = geometry?.boundingBox?.getSize(new Vector3()) ?? new Vector3();
  return size.toArray().map((side) => Math.round(side * 100) / 100);
}

test("a geometry has the sizes that its numbers say, and the engine's where they say nothing", () => {
  const cases: [Record<string, unknown>, number[]][] = [
    [{ type: "box" }, [1, 1, 1]],
    [{ type: "box", width: 2, depth: 0.5 }, [2, 1, 0.5]],
    [{ type: "sphere" }, [1, 1, 1]],
    [{ type: "sphere", radius: 1 }, [2, 2, 2]],
    [{ type: "cylinder", radiusTop: 0, radiusBottom: 1, height: 3 }, [2, 3, 2]],
    [{ type: "cone" }, [1, 1, 1]],
    [{ type: "capsule" }, [1, 2, 1]],
    [{ type: "capsule", radius: 0.25, length: 0.5 }, [0.5, 1, 0.5]],
    [{ type: "torus" }, [1.4, 1.4, 0.4]],
    [{ type: "plane" }, [1, 1, 0]],
  ];
  for (const [given, size] of cases) assert.deepEqual(sizeOf(geometryOf(given)), size, JSON.stringify(given));
  assert.deepEqual(
    [sizeOf(primitive("plane")), sizeOf(primitive("cube"))],
    [
      [10, 10, 0],
      [1, 1, 1],
    ],
  );
  assert.deepEqual([geometryOf({ type: "constructor" }), primitive("custom"), primitive("")], [null, null, null]);
});

test("no number makes a geometry that no memory holds", () => {
  const geometry = geometryOf({ type: "plane", widthSegments: 1e9, heightSegments: 2 });
  assert.equal(geometry?.getAttribute("position").count, 1025 * 3);
});

test("a geometry of vertices gets its normals where it brings none", () => {
  const vertices = [0, 0, 0, 1, 0, 0, 0, 1, 0];
  const geometry = geometryOf({ type: "custom", vertices, indices: [0, 1, 2] });
  assert.deepEqual([...(geometry?.getAttribute("normal").array ?? [])], [0, 0, 1, 0, 0, 1, 0, 0, 1]);
  const given = geometryOf({ type: "custom", vertices, normals: [1, 0, 0, 1, 0, 0, 1, 0, 0], uvs: [0, 0, 1, 0, 0, 1] });
  assert.deepEqual(
    [given?.getAttribute("normal").getX(0), given?.getAttribute("uv").getX(1), given?.index],
    [1, 1, null],
  );
  assert.equal(geometryOf({ type: "custom", vertices: [0, 0] }), null);
});

test("a terrain begins with its first row at −z and its first column at −x", () => {
  const terrain = { type: "terrain", width: 4, depth: 2, columns: 3, rows: 2, heights: [8, 1, 2, 3, 4, 5] };
  const positions = geometryOf(terrain)?.getAttribute("position");
  const corner = (index: number): number[] =>
    [positions?.getX(index), positions?.getY(index), positions?.getZ(index)].map(
      (value) => Math.round((value as number) * 1e6) / 1e6,
    );
  assert.deepEqual(
    [corner(0), corner(2), corner(3)],
    [
      [-2, 8, -1],
      [2, 2, -1],
      [-2, 3, 1],
    ],
  );
  const flat = geometryOf({ ...terrain, heights: [1, 1, 1, 1, 1, 1] })?.getAttribute("normal");
  assert.ok((flat?.getY(0) ?? 0) > 0.999);
  assert.equal(readTerrain({ ...terrain, heights: [1, 2] }), null);
  assert.equal(geometryOf({ ...terrain, columns: 1 }), null);
});
