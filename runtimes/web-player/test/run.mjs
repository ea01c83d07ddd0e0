/** Runs the unit tests: each is bundled as the player is, then handed to node's own test runner. */
import { readdir } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { asFile, recastOnce } from "../files.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(HERE, "../node_modules/.tests-")); // there, so that what is not bundled is found
try {
  const tests = (await readdir(HERE)).filter((name) => name.endsWith(".test.ts"));
  await esbuild.build({
    absWorkingDir: HERE,
    entryPoints: tests,
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true, // what the player loads later, a test loads only when it needs it
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    external: ["esbuild"],
    loader: { ".wasm": "empty" }, // physics is tested in browsers
    plugins: [recastOnce, asFile],
    logLevel: "warning",
  });
  const files = tests.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
  process.exitCode =
    spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-timeout=300000", ...files], {
      stdio: "inherit",
    }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
