// Builds dist/ unless it is of these sources already: one module with its types for each source file, and the hashing worker with
// all that it needs in one file, as nothing resolves the names of packages for a worker that is not bundled.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, "dist");
const STAMP = ".built-from";
const WORKER = "hashing/hash-worker.js";
const INPUTS = ["package.json", "build.mjs", "tsconfig.json", "../tsconfig.base.json", "../package-lock.json"];

async function sources() {
  const found = await readdir(join(HERE, "src"), { recursive: true, withFileTypes: true });
  const files = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return [...INPUTS.map((name) => join(HERE, name)), ...files.sort()];
}

async function digest() {
  const hash = createHash("sha256");
  for (const file of await sources()) hash.update(file.slice(HERE.length)).update(await readFile(file));
  return hash.digest("hex");
}

async function build(out) {
  const require = createRequire(import.meta.url);
  const compiler = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", HERE, "--outDir", out], { stdio: "inherit" });
  const bundle = await rolldown({ input: join(out, WORKER), cwd: HERE, logLevel: "warn" });
  await bundle.write({ file: join(out, WORKER), format: "esm", minify: true });
  await bundle.close();
  const hashing = dirname(require.resolve("hash-wasm/package.json"));
  await copyFile(join(hashing, "LICENSE"), join(out, "hashing/hash-wasm.LICENSE.txt")); // it is in the worker
}

/** The finished folder takes the old one's place in one step; whoever builds at the same moment builds the same. */
async function replaceDist(built) {
  const old = `${built}.old`;
  await rename(DIST, old).catch(() => undefined);
  await rename(built, DIST).catch(async (error) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
  await Promise.all([old, built].map((folder) => rm(folder, { recursive: true, force: true })));
}

const wanted = await digest();
const present = await readFile(join(DIST, STAMP), "utf8").catch(() => "");
if (present !== wanted) {
  const out = await mkdtemp(join(HERE, ".dist-"));
  try {
    await build(out);
    await writeFile(join(out, STAMP), wanted);
    await replaceDist(out);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
