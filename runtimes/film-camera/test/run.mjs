/** Runs the unit tests: each is bundled as the camera is, then handed to node's own test runner. */
import { readdir } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(HERE, "../node_modules/.tests-"));
try {
  const tests = (await readdir(HERE)).filter((name) => name.endsWith(".test.ts"));
  await esbuild.build({
    absWorkingDir: HERE,
    entryPoints: tests,
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
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
