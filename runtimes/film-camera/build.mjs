/**
 * Builds the runtime template: `node build.mjs OUTDIR`.
 *
 * The template is one script, which a browser evaluates before any script of the page that is filmed. What runs in workers is text inside it.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { workerAsText } from "./workers.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const CAMERA = "film-camera.js";

const out = process.argv[2];
if (!out) {
  console.error("usage: node build.mjs OUTDIR");
  process.exit(2);
}
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await esbuild.build({
  absWorkingDir: HERE,
  entryPoints: ["src/main.ts"],
  outfile: join(out, CAMERA),
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  legalComments: "none",
  plugins: [workerAsText],
});
await writeTemplate();

async function writeTemplate() {
  const bytes = await readFile(join(out, CAMERA));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const { version } = JSON.parse(await readFile(join(HERE, "package.json"), "utf8"));
  const template = {
    name: "film-camera",
    version: `${version}-${sha256.slice(0, 12)}`,
    script: CAMERA,
    files: { [CAMERA]: { sha256, size: bytes.length } },
  };
  await writeFile(join(out, "template.json"), `${JSON.stringify(template, null, 2)}\n`);
}
