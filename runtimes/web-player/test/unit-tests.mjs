/** Runs a runtime's unit tests: each is bundled as the runtime is, then handed to node's own test runner. */
import { readdir } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Run every `*.test.ts` of a folder; the process ends with their exit code.
 *
 * `esbuild` is the runtime's own, and `options` are what its bundle needs beside the usual.
 */
export async function runTests(folder, esbuild, options = {}) {
  const out = mkdtempSync(join(folder, "../node_modules/.tests-")); // there, so that what is not bundled is found
  try {
    const tests = (await readdir(folder)).filter((name) => name.endsWith(".test.ts"));
    await esbuild.build({
      absWorkingDir: folder,
      entryPoints: tests,
      outdir: out,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      sourcemap: "inline",
      logLevel: "warning",
      ...options,
    });
    const files = tests.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
    process.exitCode =
      spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-timeout=300000", ...files], {
        stdio: "inherit",
      }).status ?? 1;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
