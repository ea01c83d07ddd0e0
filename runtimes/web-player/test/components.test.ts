import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS } from "../src/components";
import { play } from "./playing";

test("two components of one kind share no data, not even their defaults", async (t) => {
  const { scene } = await play(t, {});
  for (const { type, defaults } of KINDS) {
    const [one, other] = [scene.create({}), scene.create({})].map((entity) =>
      entity.construct(type, {}),
    ) as unknown as [{ data: Record<string, unknown> }, { data: Record<string, unknown> }];
    for (const [field, value] of Object.entries(defaults)) {
      assert.deepEqual(one.data[field], value, `${type}.${field}`);
      if (value !== null && typeof value === "object")
        assert.notEqual(one.data[field], other.data[field], `${type}.${field}`);
    }
  }
});
