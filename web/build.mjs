/**
 * Builds the runtime template "export-page": `node build.mjs OUTDIR`.
 *
 * It is the page as Vite builds it, and the sample as a ZIP. Every file but `index.html` has its content's hash in its name. Text
 * lies there three times: as it is, as gzip and as Brotli, so that the gateway compresses nothing.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import ignore from "ignore";
import { build } from "vite";
import { zip } from "./reproducible-zip.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const SAMPLE = { name: "Emberlight", id: "emberlight", folder: join(HERE, "../samples/emberlight") };
const COMPRESSED = new Set([".css", ".html", ".js", ".json", ".svg", ".txt", ".wasm"]);
const WORKER = /^assets\/worker-/; // as page/vite.config.ts names them

const out = process.argv[2];
if (!out) {
  console.error("usage: node build.mjs OUTDIR");
  process.exit(2);
}
await rm(out, { recursive: true, force: true });
await build({
  configFile: join(HERE, "page/vite.config.ts"),
  logLevel: "warn",
  build: { outDir: out, emptyOutDir: true },
});
const sample = await writeSample();
await writeCompressed();
await writeTemplate();

/** The files of a folder, as paths with slashes, sorted. */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** Packs what `aethel-export push` would send of the sample; returns its path in the template. */
async function writeSample() {
  const left = ignore().add(await readFile(join(SAMPLE.folder, ".aethelignore"), "utf8"));
  left.add(["__pycache__", ".aethelignore"]);
  const paths = left.filter(await filesOf(SAMPLE.folder));
  const files = new Map();
  for (const path of paths) files.set(path, await readFile(join(SAMPLE.folder, path)));
  const bytes = zip(files);
  const path = `sample/${SAMPLE.id}-${sha256(bytes).slice(0, 12)}.zip`;
  await mkdir(join(out, dirname(path)), { recursive: true });
  await writeFile(join(out, path), bytes);
  return path;
}

/** Writes the compressed forms of what becomes smaller by them. */
async function writeCompressed() {
  for (const path of (await filesOf(out)).filter((name) => COMPRESSED.has(extname(name)))) {
    const bytes = await readFile(join(out, path));
    const forms = {
      br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
      gz: gzipSync(bytes, { level: 9 }),
    };
    for (const [suffix, packed] of Object.entries(forms)) {
      if (packed.length < bytes.length) await writeFile(join(out, `${path}.${suffix}`), packed);
    }
  }
}

async function writeTemplate() {
  const files = {};
  for (const path of await filesOf(out)) {
    const bytes = await readFile(join(out, path));
    files[path] = { sha256: sha256(bytes), size: bytes.length };
  }
  const { version } = JSON.parse(await readFile(join(HERE, "page/package.json"), "utf8"));
  const template = {
    name: "export-page",
    version: `${version}-${sha256(JSON.stringify(files)).slice(0, 12)}`,
    page: "index.html",
    workers: Object.keys(files).filter((path) => WORKER.test(path) && path.endsWith(".js")),
    sample: { name: SAMPLE.name, id: SAMPLE.id, path: sample },
    files,
  };
  await writeFile(join(out, "template.json"), `${JSON.stringify(template, null, 2)}\n`);
}

function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}
