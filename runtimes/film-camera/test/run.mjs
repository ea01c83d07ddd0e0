/** Runs the unit tests. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { runTests } from "../../web-player/test/unit-tests.mjs";

await runTests(dirname(fileURLToPath(import.meta.url)), esbuild);
