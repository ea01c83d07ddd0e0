import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as components from "../src/components";
import { DEFAULT_CONFIG } from "../src/core/manifest";

const format = readFileSync("../../docs/project-format.md", "utf8");
const scripting = readFileSync("../../docs/scripting.md", "utf8");
const declarations = ["aethel", "core", "ui"].map((name) => readFileSync(`src/api/${name}.d.ts`, "utf8")).join("\n");

test("every component and every field of it is documented", () => {
  for (const kind of components.KINDS) {
    const [, ...parts] = format.split(`**${kind.type}**`);
    assert.ok(parts.length > 0, `no ${kind.type} in docs/project-format.md`);
    const part = parts.map((text) => text.split("\n**")[0]).join();
    for (const field of Object.keys(kind.defaults)) assert.ok(part.includes(`\`${field}\``), `${kind.type}.${field}`);
  }
});

test("every field of game.json is documented", () => {
  for (const field of Object.keys(DEFAULT_CONFIG)) assert.ok(format.includes(`\`${field}\``), field);
});

test("everything that scripts can use is documented", () => {
  const names = [...declarations.matchAll(/^\s+(?:readonly )?(\w+)(?:\?|<[^>]*>)?(?:\(|:)/gm)].map(
    ([, name]) => name as string,
  );
  const words = new Set(scripting.match(/\w+/g));
  const vectors = new Set(
    "x y z w set copy clone add sub addScaledVector multiplyScalar lerp normalize length lengthSq distanceTo dot cross applyQuaternion multiply slerp setFromAxisAngle invert".split(
      " ",
    ),
  );
  const missing = [...new Set(names)].filter(
    (name) =>
      !words.has(name) &&
      !vectors.has(name) &&
      !["id", "slot", "modified", "axes", "buttons", "options", "constructor"].includes(name),
  );
  assert.deepEqual(missing, []);
});
