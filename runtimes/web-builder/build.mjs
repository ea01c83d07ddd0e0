/**
 * Builds the runtime template: `node build.mjs OUTDIR`.
 *
 * The template is the driver and the packages that it needs, as they were installed from the lock file, without what only people and
 * editors read. It is for the system that it was built on: Rolldown and Lightning CSS are native programs.
 */
import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const DRIVER = "src/main.mjs";
const OLDEST_NODE = [20, 19, 0];
const UNUSED = /\.(?:d\.[cm]?ts|map|md|markdown|flow|yml|ts)$|\/\.[^/]*$|\/(?:bin|test|tests|docs?|\.bin)\//;
const WASM = /wasm32-wasi(?:\/|$)/; // what is native is there, too
const LICENCE = /^(?:licen[cs]e|notice|copying)/i;
// Vue as pages load it without a build; nothing here imports these.
const UNUSED_TAILWIND = /\/tailwindcss-3\/(?:src|types|scripts)\//; // what it was compiled from
const UNUSED_VUE = /\/@?vue(?:\/[^/]+)?\/dist\/[^/]*\.(?:global|esm-browser)\b[^/]*$/;

const out = process.argv[2];
if (!out) {
  console.error("usage: node build.mjs OUTDIR");
  process.exit(2);
}
await rm(out, { recursive: true, force: true });
await copyTree(join(HERE, "src"), join(out, "src"), () => true);
for (const path of await installed()) {
  await copyTree(join(HERE, path), join(out, path), isUsed);
}
await writeTemplate();

/** The folders of all packages that the driver runs on, and that are for this system. */
async function installed() {
  const lock = JSON.parse(await readFile(join(HERE, "package-lock.json"), "utf8"));
  const here = new Set(
    (await readdir(join(HERE, "node_modules"), { recursive: true })).map((path) => join("node_modules", path)),
  );
  return Object.entries(lock.packages)
    .filter(([path, about]) => path && !about.dev && here.has(path) && !WASM.test(path))
    .map(([path]) => path)
    .sort();
}

function isUsed(file) {
  const path = relative(HERE, file);
  const name = path.slice(path.lastIndexOf("/") + 1);
  return LICENCE.test(name) || !(UNUSED.test(path) || UNUSED_VUE.test(path) || UNUSED_TAILWIND.test(path));
}

/** Copies the files that are wanted; packages inside packages are listed for themselves. */
async function copyTree(from, to, wanted) {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.name === "node_modules") continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target, wanted);
    else if (entry.isFile() && wanted(source)) {
      await mkdir(to, { recursive: true });
      await copyFile(source, target);
      await chmod(target, 0o644);
    }
  }
}

async function writeTemplate() {
  const files = {};
  for (const entry of (await readdir(out, { recursive: true, withFileTypes: true })).filter((e) => e.isFile())) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = await readFile(path);
    files[relative(out, path)] = { sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.length };
  }
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { version, dependencies } = JSON.parse(await readFile(join(HERE, "package.json"), "utf8"));
  const hash = createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 12);
  const template = {
    name: "web-builder",
    version: `${version}-${hash}`,
    node: OLDEST_NODE,
    driver: DRIVER,
    packages: dependencies,
    files: sorted,
  };
  await writeFile(join(out, "template.json"), `${JSON.stringify(template, null, 2)}\n`);
}
