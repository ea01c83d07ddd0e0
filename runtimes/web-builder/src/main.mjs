/**
 * Builds one project: `node main.mjs JOB RESULT`, both JSON.
 *
 * The job names folders and what was asked for; the result says what was made of which files, and everything that a maker should know.
 * The project's own configuration and plugins are never run.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { readConfig } from "./config.mjs";
import { frameworks } from "./frameworks.mjs";
import { Messages } from "./messages.mjs";
import { readPostcss } from "./postcss-config.mjs";
import { postcssPlugins } from "./postcss.mjs";
import { missingPlugin, projectPlugin, publicFile, shaderPlugin, variablesPlugin } from "./project-plugin.mjs";
import { publicPathsPlugin } from "./public-paths.mjs";
import { readOnlyIn } from "./reading.mjs";
import { tailwind } from "./tailwind.mjs";
import { stubTsconfigs } from "./tsconfigs.mjs";

const OWN = dirname(dirname(fileURLToPath(import.meta.url)));
const QUIET = new Set(["CIRCULAR_DEPENDENCY", "THIS_IS_UNDEFINED", "PLUGIN_TIMINGS", "UNSUPPORTED_TSCONFIG_OPTION"]);
const ROUNDS = 4;
// The references of the finished pages are looked at again; such scripts are shipped as they are.
const SAID_ELSEWHERE = /can't be bundled without type="module"|doesn't exist at build time/;
const CLASSIC = /<script src="([^"]+\.(?:[cm]?ts|[jt]sx))"> in "\/?(.+)" can't be bundled/;
const KEPT = new Set(["HOME", "TMPDIR", "LC_ALL"]);

const [jobFile, resultFile] = process.argv.slice(2);
const job = JSON.parse(readFileSync(jobFile, "utf8"));
const missing = new Set(); // importers and names that lead nowhere
const messages = new Messages(job.project);
const read = readOnlyIn([job.project, OWN]);
// What `.env` files refer to must not be what this machine has.
for (const name of Object.keys(process.env)) if (!KEPT.has(name)) delete process.env[name];

const result = { root: job.root, publicDir: null, outputs: [], modules: [], read: [] };
try {
  await run();
} catch (error) {
  messages.failed(error);
}
const { errors, warnings, undone } = messages;
writeFileSync(resultFile, JSON.stringify({ ...result, errors, warnings, undone }));

async function run() {
  const warn = (file, text) => messages.warn(file, text);
  const configFile = job.config && join(job.project, job.config);
  const config = readConfig(configFile, job.project, messages);
  const root = rootOf(config, configFile);
  result.root = relative(job.project, root);
  process.chdir(root);
  const publicDir = config.publicDir === false ? false : resolve(root, config.publicDir ?? "public");
  if (publicDir && existsSync(publicDir)) result.publicDir = relative(job.project, publicDir);
  noteBase(config, warn);
  if (!config.jsx && job.jsx)
    config.jsx = job.jsx === "react" ? { runtime: "automatic" } : { runtime: "automatic", importSource: job.jsx };
  const own = () => projectPlugin({ project: job.project, publicDir, own: OWN, messages });
  stubTsconfigs(job, root, warn);
  const asked = readPostcss(root, job.project, config.postcss, messages);
  const ofTailwind = await tailwind(job, asked.tailwind ?? {}, root, messages);
  const plugins = [...ofTailwind.plugins, ...(await frameworks(job, config, root, messages))];
  const postcss = postcssPlugins(asked, ofTailwind.postcss, root, job.project, warn);
  if (job.hasScript && messages.undone.length) return;
  const options = () => ({
    configFile: false,
    root,
    base: "./",
    mode: "production",
    publicDir,
    envDir: config.envDir === false ? false : resolve(root, config.envDir ?? "."),
    ...(config.envPrefix ? { envPrefix: config.envPrefix } : {}),
    ...(config.assetsInclude ? { assetsInclude: config.assetsInclude } : {}),
    ...(config.json ? { json: config.json } : {}),
    define: config.define,
    plugins: [
      missingPlugin(missing),
      own(),
      variablesPlugin(messages),
      ...(config.shaders ? [shaderPlugin()] : []),
      ...plugins,
      publicPathsPlugin({ publicDir, messages }),
    ],
    resolve: {
      alias: config.alias,
      tsconfigPaths: true,
      ...pick(config, ["extensions", "conditions", "mainFields", "dedupe"]),
    },
    css: {
      postcss: { plugins: postcss },
      preprocessorMaxWorkers: 0, // here, where files are read in the project alone
      preprocessorOptions: styles(config.styles),
      ...(config.cssModules ? { modules: config.cssModules } : {}),
    },
    oxc: { ...(config.jsx ? { jsx: config.jsx } : {}), ...(config.jsxInject ? { jsxInject: config.jsxInject } : {}) },
    worker: { ...(config.workerFormat ? { format: config.workerFormat } : {}), plugins: () => [own()] },
    build: {
      outDir: job.out,
      emptyOutDir: true,
      copyPublicDir: false,
      sourcemap: job.sourcemap,
      minify: job.minify,
      reportCompressedSize: false,
      chunkSizeWarningLimit: Infinity,
      ...pick(config, ["target", "assetsInlineLimit", "modulePreload", "cssCodeSplit"]),
      rolldownOptions: {
        input: inputs(config, root),
        checks: { circularDependency: true, pluginTimings: false },
        onLog: heard,
        output: { sourcemapPathTransform: sourcePath },
      },
    },
    customLogger: logger(),
  });
  const made = await built(options);
  if (messages.errors.length) return;
  for (const output of [made].flat().flatMap((one) => one.output)) {
    result.outputs.push({
      path: output.fileName,
      sources: (output.originalFileNames ?? []).map((name) => relative(job.project, resolve(root, name))),
    });
    for (const id of output.moduleIds ?? [])
      if (id.startsWith("/")) result.modules.push(fileOf(id.split("?")[0], publicDir));
  }
  result.modules = ofProject(result.modules);
  result.read = ofProject(read);
}

/** The file of a module; what lies in the public folder is named from its top. */
function fileOf(path, publicDir) {
  return path.startsWith(`${job.project}/`) ? path : (publicFile(publicDir, path) ?? path);
}

/** Paths of the project; what is ours says nothing to a maker. */
function ofProject(files) {
  return [...new Set(files)].filter((file) => !file.startsWith(`${OWN}/`)).map((file) => relative(job.project, file));
}

/** What Vite made; where imports lead nowhere it goes on without them, to find all of those. */
async function built(options) {
  for (let round = 1; ; round++) {
    const known = missing.size;
    try {
      return await build(options());
    } catch (error) {
      for (const { code, id, exporter } of error.errors ?? []) {
        if (code === "UNRESOLVED_IMPORT" && exporter) missing.add(`${id} ${exporter}`);
      }
      if (missing.size === known || round === ROUNDS) throw error;
      messages.failed(error);
    }
  }
}

/** Where the pages are: what the configuration says, if there is a page. */
function rootOf(config, configFile) {
  const named = config.root && configFile ? resolve(dirname(configFile), config.root) : undefined;
  return named && existsSync(join(named, "index.html")) ? named : join(job.project, job.root);
}

/** The pages that the configuration names, else all that lie in the root. */
function inputs(config, root) {
  const named = (config.input ?? [])
    .map((path) => resolve(root, path))
    .filter((path) => path.endsWith(".html") && existsSync(path));
  const pages = job.pages.map((path) => join(job.project, path)).filter((path) => path.startsWith(`${root}/`));
  return [...new Set([join(root, "index.html"), ...(named.length ? named : pages)])];
}

/** Less would run scripts that a style names. */
function styles(given) {
  const options = (language) => ({ ...(given[language] ? { additionalData: given[language] } : {}) });
  return { scss: options("scss"), sass: options("sass"), less: { ...options("less"), disablePluginRule: true } };
}

function noteBase(config, warn) {
  if (config.base !== undefined && !["", "/", "./"].includes(config.base)) {
    warn(job.config, "“base” has no effect: all addresses are relative, so that the game runs in any folder");
  }
}

/** Each log of the bundler: what is fatal is collected, so that all of it is told at once. */
function heard(level, log, pass) {
  if (log.code === "UNRESOLVED_IMPORT") noteUnresolved(log);
  else if (log.code === "CIRCULAR_DEPENDENCY") noteCycle(log);
  else if (level === "warn" && !QUIET.has(log.code)) messages.warned(log);
  else if (level !== "warn") pass(level, log);
}

/** Names that the page's own import map explains are left to the browser. */
function noteUnresolved(log) {
  const name = log.exporter ?? "";
  if (!job.external.some((known) => (known.endsWith("/") ? name.startsWith(known) : name === known)))
    messages.failed(log);
}

/** Where a source map says that a source lies: in the project, or among our packages; never where that is here. */
function sourcePath(source, map) {
  const path = resolve(dirname(map), source);
  if (path.startsWith(`${OWN}/`)) return join("web-builder", relative(OWN, path));
  return path.startsWith(`${job.project}/`) ? relative(job.project, path) : source;
}

/** Cycles between modules of packages are their authors' business. */
function noteCycle(log) {
  const [, cycle = ""] = /:\s*(.*)$/s.exec(messages.clean(log.message)) ?? [];
  if (!cycle.includes("node_modules/"))
    messages.warn(messages.file(log.ids?.[0] ?? log.id), `imports itself in a circle: ${cycle.trim()}`);
}

function logger() {
  const told = new Set();
  const say = (text) => {
    const [, script, page] = CLASSIC.exec(text) ?? [];
    if (script)
      messages.error(
        relative(job.project, join(process.cwd(), page)),
        `loads “${script}” as a classic script: add type="module"`,
      );
    else if (!told.has(text) && !SAID_ELSEWHERE.test(text)) messages.warned(text);
    told.add(text);
  };
  return {
    hasWarned: false,
    info() {},
    warn: say,
    warnOnce: say,
    error() {}, // it is thrown, too
    clearScreen() {},
    hasErrorLogged: () => false,
  };
}

function pick(from, names) {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}
