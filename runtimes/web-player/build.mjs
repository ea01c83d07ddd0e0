/**
 * Builds the runtime template: `node build.mjs OUTDIR`.
 *
 * Every file but the page has its content's hash in its name, so that hosts may cache it for ever. Two variants of the player are
 * made: `lean` carries the parts of three.js that the player uses, `full` carries all of it for games whose scripts
 * import three (there must be one instance of it, and a complete one cannot be shaken).
 */
import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { asFile, recastOnce } from "./files.mjs";
import { threeLeaves } from "./three-leaves.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ENTRIES = { player: "src/main.ts", aethel: "src/api/module.ts" };
const LATER = "later";
/** Script APIs that only those games get which import them: by the names that scripts use, and the chunk that each is in. */
const APIS = {
  core: { source: "src/api/core/module.ts", names: ["@aethel/core"] },
  ui: { source: "src/api/ui/module.ts", names: ["@aethel/ui", "@aethel/ui/jsx-runtime", "@aethel/ui/jsx-dev-runtime"] },
  gameScript: { source: "src/api/gameScript/module.ts", names: ["@/lib/game-engine-core", "@/lib/game-engine"] },
};
const DECLARATIONS = {
  "aethel.d.ts": "src/api/aethel.d.ts",
  "core.d.ts": "src/api/core.d.ts",
  "ui.d.ts": "src/api/ui.d.ts",
};
/** What a game in one HTML file begins with: the page's first script, of the player's and of other pages alike. */
const SINGLE_FILE = { source: "single-file/loader.ts", name: "single-file.js" };
const MESH_ENCODER = "bin/meshopt_encoder.wasm";
const BAKER = "baker/main.mjs";
const VARIANTS = { lean: ENTRIES, full: { ...ENTRIES, three: "src/three.ts" } };

/** What a game may do without, by the module that the player imports when it does need it. */
const CHUNKS = {
  gltf: ["src/assets/gltf.ts"],
  draco: ["src/assets/draco.ts"],
  meshopt: ["src/assets/meshopt.ts"],
  ktx2: ["src/assets/ktx2.ts"],
  hdr: ["src/assets/hdr.ts"],
  animation: ["src/components/animation/mixer.ts"],
  physics: ["src/physics/world.ts"],
  navigation: ["src/navigation/finder.ts", "src/components/steering/ground.ts"],
  baking: ["src/navigation/recast.ts"],
  effects: ["src/render/effects.ts"],
  sky: ["src/render/sky.ts"],
  errors: ["src/core/sourcemap.ts"],
};

/** Rapier's glue imports its WebAssembly as a module, which no browser does: we hand it the instance ourselves. */
const rapierWithoutWasmImport = {
  name: "rapier",
  setup(build) {
    build.onResolve({ filter: /\.\/rapier_wasm3d$/ }, ({ path, importer, resolveDir }) =>
      build.resolve(`${path}_bg.js`, { kind: "import-statement", importer, resolveDir }),
    );
  },
};

/**
 * What is loaded later, and the APIs that few games import, import the whole core. It is there by then, so nothing more is loaded; but now
 * the core is one file or two, where esbuild would cut it into as many as there are ways for chunks to share parts of it.
 */
const coreInOneFile = (entryPoints) => ({
  name: "core-in-one-file",
  setup(build) {
    const core = Object.values(entryPoints).map((source) => `import "./${source}";`);
    build.onResolve({ filter: new RegExp(`^${LATER}:`) }, ({ path }) => ({
      path: path.slice(LATER.length + 1),
      namespace: LATER,
    }));
    build.onResolve({ filter: /^\./ }, async ({ path, kind, importer, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined;
      const found = await build.resolve(path, { kind: "import-statement", importer, resolveDir });
      return found.errors.length ? found : { path: relative(HERE, found.path), namespace: LATER };
    });
    build.onLoad({ filter: /./, namespace: LATER }, ({ path }) => ({
      contents: [...core, `export * from "./${path}";`].join(" "),
      resolveDir: HERE,
    }));
  },
});

/** What bakes navigation meshes at export has no use for pictures. */
const withoutTextures = {
  name: "without-textures",
  setup(build) {
    build.onResolve({ filter: /^\.\/ktx2$/ }, () => ({ path: "textures", namespace: "nothing" }));
  },
};

/** Scripts that draw in VR import three, and so get the other variant. */
const withoutXr = {
  name: "without-xr",
  setup(build) {
    build.onResolve({ filter: /\/WebXRManager\.js$/ }, () => ({ path: join(HERE, "src/noXr.ts") }));
  },
};

const options = {
  absWorkingDir: HERE,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "linked",
  metafile: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  plugins: [asFile, rapierWithoutWasmImport, recastOnce, threeLeaves],
};

const out = process.argv[2];
if (!out) {
  console.error("usage: node build.mjs OUTDIR");
  process.exit(2);
}
await rm(out, { recursive: true, force: true });
await mkdir(join(out, "bin"), { recursive: true });

const style = await buildForPage("player", "page/player.css");
const notice = await buildForPage("notice", "page/notice.js");
const variants = {};
for (const [name, entryPoints] of Object.entries(VARIANTS)) {
  variants[name] = await buildVariant(name, entryPoints);
}
await writePage();
await copyFile(join(HERE, "page/sw.js"), join(out, "sw.js"));
for (const [name, source] of Object.entries(DECLARATIONS)) await copyFile(join(HERE, source), join(out, name));
await copyFile(bundlerBinary(), join(out, "bin/esbuild"));
await chmod(join(out, "bin/esbuild"), 0o755);
await writeMeshEncoder();
await buildBaker();
await writeSingleFileLoader();
await writeTemplate(variants);

/** What the page names itself: its style, and a script that is no module. */
async function buildForPage(name, source) {
  const built = await esbuild.build({
    ...options,
    splitting: false,
    format: "iife",
    target: "es2015",
    entryPoints: { [name]: source },
    outdir: join(out, "player"),
  });
  const made = Object.entries(built.metafile.outputs).find(([, output]) => output.entryPoint === source);
  return relative(out, join(HERE, made[0]));
}

async function buildVariant(name, entryPoints) {
  const folder = name === "lean" ? "player" : `player/${name}`;
  const plugins = [coreInOneFile(entryPoints), ...(entryPoints.three ? [] : [withoutXr]), ...options.plugins];
  const apis = Object.fromEntries(Object.entries(APIS).map(([api, { source }]) => [api, `${LATER}:${source}`]));
  const built = await esbuild.build({
    ...options,
    plugins,
    entryPoints: { ...entryPoints, ...apis },
    outdir: join(out, folder),
  });
  const outputs = new Map(
    Object.entries(built.metafile.outputs).map(([path, made]) => [relative(out, join(HERE, path)), made]),
  );
  const outputOf = (source) => [...outputs].find(([, made]) => made.entryPoint === source)?.[0];
  const core = closure(outputs, Object.values(entryPoints).map(outputOf));
  const chunks = {};
  const apiChunks = Object.entries(APIS).map(([api, { source }]) => [api, [source]]);
  for (const [chunk, sources] of [...Object.entries(CHUNKS), ...apiChunks]) {
    chunks[chunk] = closure(
      outputs,
      sources.map((source) => outputOf(`${LATER}:${source}`)),
    ).filter((path) => !core.includes(path));
  }
  const modules = {};
  for (const [module, source] of Object.entries(entryPoints)) {
    if (module !== "player") modules[module] = outputOf(source);
  }
  for (const { source, names } of Object.values(APIS)) {
    for (const module of names) modules[module] = outputOf(`${LATER}:${source}`);
  }
  const exported = Object.fromEntries(Object.entries(modules).map(([name, path]) => [name, outputs.get(path).exports]));
  const fetched = [...outputs.values()].flatMap((made) =>
    made.imports.filter(({ kind }) => kind === "file-loader").map(({ path }) => relative(out, join(HERE, path))),
  );
  return {
    entry: outputOf(ENTRIES.player),
    modules,
    exported,
    core: [style, notice, ...core].sort(),
    chunks,
    fetched: [notice, ...fetched].sort(),
  };
}

/** The outputs that these need to run: static imports and files, not what they may load later. */
function closure(outputs, starts) {
  const seen = new Set();
  const visit = (path) => {
    if (seen.has(path)) return;
    if (!outputs.has(path)) throw new Error(`no output ${path} of ${starts}`);
    seen.add(path);
    for (const { path: imported, kind } of outputs.get(path).imports) {
      if (kind !== "dynamic-import") visit(relative(out, join(HERE, imported)));
    }
  };
  starts.forEach(visit);
  return [...seen].sort();
}

async function writePage() {
  const page = await readFile(join(HERE, "page/index.html"), "utf8");
  await writeFile(join(out, "index.html"), page.replace("{{style}}", style).replace("{{notice}}", notice));
}

/** The native program inside the npm package; the games' scripts are bundled with it where no node is. */
function bundlerBinary() {
  const require = createRequire(createRequire(import.meta.url).resolve("esbuild"));
  const program = process.platform === "win32" ? "esbuild.exe" : "bin/esbuild";
  return require.resolve(`@esbuild/${process.platform}-${process.arch}/${program}`);
}

/** The WebAssembly that meshoptimizer carries in its script; models are packed with it where no node is. */
async function writeMeshEncoder() {
  const { instantiate } = WebAssembly;
  let wasm;
  WebAssembly.instantiate = (bytes, imports) => instantiate((wasm = bytes), imports);
  const { MeshoptEncoder } = await import("meshoptimizer/encoder");
  await MeshoptEncoder.ready;
  WebAssembly.instantiate = instantiate;
  await writeFile(join(out, MESH_ENCODER), new Uint8Array(wasm));
}

/** The program that bakes navigation meshes while a game is exported; it runs on node, and no game gets it. */
async function buildBaker() {
  await esbuild.build({
    ...options,
    platform: "node",
    target: "node20",
    legalComments: "none",
    entryPoints: { main: "bake/main.ts" },
    entryNames: "[name]",
    outExtension: { ".js": ".mjs" },
    outdir: join(out, dirname(BAKER)),
    plugins: [withoutTextures, ...options.plugins],
  });
}

async function writeSingleFileLoader() {
  const { bundle, target, minify } = options;
  const plain = { absWorkingDir: HERE, bundle, target, minify, format: "iife", legalComments: "none" };
  await esbuild.build({ ...plain, entryPoints: [SINGLE_FILE.source], outfile: join(out, SINGLE_FILE.name) });
}

async function writeTemplate(variants) {
  const files = {};
  for (const entry of (await readdir(out, { recursive: true, withFileTypes: true })).filter((e) => e.isFile())) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = await readFile(path);
    files[relative(out, path)] = { sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.length };
  }
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { version } = JSON.parse(await readFile(join(HERE, "package.json"), "utf8"));
  const hash = createHash("sha256")
    .update(JSON.stringify([variants, sorted]))
    .digest("hex")
    .slice(0, 12);
  const template = {
    name: "player",
    version: `${version}-${hash}`,
    page: "index.html",
    serviceWorker: "sw.js",
    declarations: "aethel.d.ts",
    bundler: "bin/esbuild",
    meshEncoder: MESH_ENCODER,
    baker: BAKER,
    singleFile: SINGLE_FILE.name,
    variants,
    files: sorted,
  };
  await writeFile(join(out, "template.json"), `${JSON.stringify(template, null, 2)}\n`);
}
