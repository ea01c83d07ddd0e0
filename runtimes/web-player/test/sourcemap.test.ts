import assert from "node:assert/strict";
import { test } from "node:test";
import * as esbuild from "esbuild";
import { decodeVlq, frameIn, lookUp } from "../src/core/sourcemap";

test("a place in a bundle leads to the line that somebody wrote", async () => {
  const source = "export function a() { return 1; }\n\nexport function fail() {\n  throw new Error('here');\n}\n";
  const built = await esbuild.build({
    stdin: { contents: source, sourcefile: "scripts/enemy.ts", loader: "ts", resolveDir: "/" },
    sourcemap: true,
    minify: true,
    format: "esm",
    bundle: true,
    write: false,
    outfile: "/out/scripts/game.js",
  });
  const [map, code] = built.outputFiles.sort((a, b) => b.path.length - a.path.length);
  const column = (code as esbuild.OutputFile).text.indexOf("throw") + 1;
  const place = lookUp(JSON.parse((map as esbuild.OutputFile).text), 1, column);
  assert.deepEqual([place?.line, place?.column, place?.file.endsWith("scripts/enemy.ts")], [4, 3, true]);
});

test("stacks of all browsers name the bundle's line", () => {
  const url = "https://x.test/g/scripts/game-1a.js";
  assert.deepEqual(frameIn(`Error: no\n    at fail (${url}:12:34)\n    at other (${url}:1:1)`, url), {
    line: 12,
    column: 34,
  });
  assert.deepEqual(frameIn(`fail@${url}:12:34\nother@${url}:1:1`, url), { line: 12, column: 34 });
  assert.equal(frameIn("Error: no\n    at x (https://x.test/player.js:1:1)", url), null);
});

test("base 64 VLQ: sign, continuation, several in a row", () => {
  assert.deepEqual(decodeVlq("AACAgBCD2H"), [0, 0, 1, 0, 16, 1, -1, 123]);
});
