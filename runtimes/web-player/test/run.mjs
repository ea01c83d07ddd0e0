/** Runs the unit tests. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { runTests } from "./unit-tests.mjs";
import { asFile, recastOnce } from "../files.mjs";

await runTests(dirname(fileURLToPath(import.meta.url)), esbuild, {
  splitting: true, // what the player loads later, a test loads only when it needs it
  external: ["esbuild"],
  loader: { ".wasm": "empty" }, // physics is tested in browsers
  plugins: [recastOnce, asFile],
});
