/**
 * A project's own vite.config is read, never run: what it says in plain values is followed, the rest is named.
 */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isInside, notFollowed } from "./configuration-files.mjs";
import { JSX, OF_NO_EFFECT as PLUGINS_OF_NO_EFFECT, PREACT, SHADERS } from "./known-plugins.mjs";
import { isPlain, isRecord, readStatic, texts } from "./static-module.mjs";
import { Call, ComputedError } from "./static-values.mjs";

// What only a development server, or tests, look at; and what the exporter decides.
const OF_NO_EFFECT = new Set([
  "server",
  "preview",
  "test",
  "clearScreen",
  "logLevel",
  "cacheDir",
  "optimizeDeps",
  "appType",
  "mode",
  "ssr",
  "devtools",
  "legacy",
]);
const BUILD_OF_NO_EFFECT = new Set([
  "outDir",
  "emptyOutDir",
  "sourcemap",
  "minify",
  "terserOptions",
  "reportCompressedSize",
  "chunkSizeWarningLimit",
  "watch",
  "write",
  "copyPublicDir",
  "cssMinify",
  "manifest",
  "assetsDir",
]);
/**
 * What a configuration asks for.
 *
 * @param file The configuration, or nothing.
 * @param project The folder around everything; nothing outside of it is followed.
 * @param messages Told once of all that is not followed.
 * @returns Values of Vite's own names, and which of our plugins are asked for.
 */
export function readConfig(file, project, messages) {
  const found = { alias: [], define: {}, plugins: new Set(), styles: {}, jsx: undefined, shaders: false };
  if (!file) return found;
  const reader = new Reader(file, project, found);
  try {
    reader.read();
  } catch (error) {
    if (!(error instanceof ComputedError)) throw error;
    reader.skip("what it exports");
  }
  notFollowed(file, reader.skipped, project, messages);
  return found;
}

class Reader {
  constructor(file, project, found) {
    this.file = file;
    this.project = project;
    this.found = found;
    this.skipped = [];
  }

  skip(what) {
    this.skipped.push(what);
  }

  read() {
    const config = readStatic(this.file);
    if (!isRecord(config)) throw new ComputedError("no object");
    for (const [key, value] of Object.entries(config)) this.#top(key, value);
  }

  #top(key, value) {
    if (OF_NO_EFFECT.has(key)) return;
    if (key === "plugins") this.#plugins(value);
    else if (value instanceof ComputedError) this.skip(key);
    else if (key === "base") this.found.base = value;
    else if (key === "root" || key === "publicDir" || key === "envDir") this.#folder(key, value);
    else if (key === "envPrefix" && texts([value].flat())) this.found.envPrefix = value;
    else if (key === "assetsInclude" && texts([value].flat())) this.found.assetsInclude = value;
    else if (key === "define" && isRecord(value)) this.#define(value);
    else if (key === "resolve" && isRecord(value)) this.#resolve(value);
    else if (key === "build" && isRecord(value)) this.#build(value);
    else if ((key === "esbuild" || key === "oxc") && isRecord(value)) this.#jsx(key, value);
    else if (key === "css" && isRecord(value)) this.#css(value);
    else if (key === "worker" && isRecord(value)) this.#worker(value);
    else if (key === "json" && isRecord(value) && isPlain(value)) this.found.json = value;
    else this.skip(key);
  }

  #folder(key, value) {
    if (value === false) this.found[key] = false;
    else if (typeof value !== "string" || !isInside(this.project, resolve(dirname(this.file), value))) this.skip(key);
    else this.found[key] = value;
  }

  #define(value) {
    for (const [name, replacement] of Object.entries(value)) {
      if (isPlain(replacement)) this.found.define[name] = replacement;
      else this.skip(`define.${name}`);
    }
  }

  #resolve(value) {
    for (const [key, inner] of Object.entries(value)) {
      if (key === "alias") this.#aliases(inner);
      else if (key === "tsconfigPaths" || key === "preserveSymlinks") continue;
      else if (
        (key === "extensions" || key === "conditions" || key === "mainFields" || key === "dedupe") &&
        texts(inner)
      )
        this.found[key] = inner;
      else this.skip(`resolve.${key}`);
    }
  }

  #aliases(value) {
    const pairs = Array.isArray(value)
      ? value.map((item) => [item?.find, item?.replacement])
      : Object.entries(isRecord(value) ? value : { "": value });
    for (const [find, replacement] of pairs) {
      const target = replacement instanceof URL ? decodeURIComponent(replacement.pathname) : replacement;
      const isName = typeof find === "string" && find !== "…";
      const isFolder = typeof target === "string" && target !== "";
      if (!isName || !isFolder || (isAbsolute(target) && !isInside(this.project, target) && !this.#isOfRoot(target)))
        this.skip(`resolve.alias ${String(find ?? "")}`.trim());
      else this.found.alias.push({ find, replacement: target });
    }
  }

  /** `/src` means the folder of the project, for Vite too. */
  #isOfRoot(target) {
    return existsSync(join(dirname(this.file), target));
  }

  #build(value) {
    for (const [key, inner] of Object.entries(value)) {
      if (BUILD_OF_NO_EFFECT.has(key)) continue;
      if (key === "target" && texts([inner].flat())) this.found.target = inner;
      else if (key === "assetsInlineLimit" && typeof inner === "number") this.found.assetsInlineLimit = inner;
      else if ((key === "modulePreload" || key === "cssCodeSplit") && typeof inner === "boolean")
        this.found[key] = inner;
      else if ((key === "rollupOptions" || key === "rolldownOptions") && isRecord(inner)) this.#bundle(key, inner);
      else this.skip(`build.${key}`);
    }
  }

  #bundle(name, value) {
    for (const [key, inner] of Object.entries(value)) {
      const inputs =
        typeof inner === "string" ? [inner] : isRecord(inner) || Array.isArray(inner) ? Object.values(inner) : [];
      if (key === "input" && inputs.length && texts(inputs)) this.found.input = inputs;
      else if (key === "output")
        continue; // how files are cut and called changes nothing of what they do
      else this.skip(`build.${name}.${key}`);
    }
  }

  #jsx(name, value) {
    const jsx = isRecord(value.jsx) ? value.jsx : {};
    const classic = { factory: value.jsxFactory ?? jsx.pragma, fragment: value.jsxFragment ?? jsx.pragmaFrag };
    const source = value.jsxImportSource ?? jsx.importSource;
    if (typeof source === "string") this.found.jsx = { runtime: "automatic", importSource: source };
    else if (value.jsx === "automatic" || jsx.runtime === "automatic") this.found.jsx = { runtime: "automatic" };
    else if (typeof classic.factory === "string") {
      this.found.jsx = {
        runtime: "classic",
        pragma: classic.factory,
        ...(typeof classic.fragment === "string" ? { pragmaFrag: classic.fragment } : {}),
      };
    }
    if (typeof value.jsxInject === "string") this.found.jsxInject = value.jsxInject;
    const known = new Set([
      "jsx",
      "jsxFactory",
      "jsxFragment",
      "jsxImportSource",
      "jsxInject",
      "drop",
      "legalComments",
      "target",
      "logOverride",
    ]);
    for (const key of Object.keys(value)) if (!known.has(key)) this.skip(`${name}.${key}`);
  }

  #css(value) {
    for (const [key, inner] of Object.entries(value)) {
      if (key === "modules" && isRecord(inner) && isPlain(inner)) this.found.cssModules = inner;
      else if (key === "preprocessorOptions" && isRecord(inner)) this.#styles(inner);
      else if (key === "postcss" && isRecord(inner)) this.found.postcss = { file: this.file, value: inner };
      else if (key !== "devSourcemap" && key !== "transformer" && key !== "preprocessorMaxWorkers")
        this.skip(`css.${key}`);
    }
  }

  #styles(value) {
    for (const [language, options] of Object.entries(value)) {
      for (const [key, inner] of Object.entries(isRecord(options) ? options : { "": options })) {
        if (key === "additionalData" && typeof inner === "string") this.found.styles[language] = inner;
        else if (key !== "api" && key !== "silenceDeprecations" && key !== "quietDeps")
          this.skip(`css.preprocessorOptions.${language}.${key}`);
      }
    }
  }

  #worker(value) {
    for (const [key, inner] of Object.entries(value)) {
      if (key === "format" && (inner === "es" || inner === "iife")) this.found.workerFormat = inner;
      else this.skip(`worker.${key}`);
    }
  }

  #plugins(value) {
    const listed = Array.isArray(value) ? value.flat(3) : [value];
    for (const plugin of listed) {
      if (plugin === false || plugin === null || plugin === undefined) continue;
      if (plugin instanceof Call) this.#plugin(plugin);
      else this.skip("a plugin that is computed");
    }
  }

  #plugin({ name, options }) {
    const { found } = this;
    const given = isRecord(options) ? options : {};
    if (JSX.has(name)) {
      found.jsx = {
        runtime: "automatic",
        importSource: typeof given.jsxImportSource === "string" ? given.jsxImportSource : "react",
      };
      if (given.babel !== undefined) this.skip(`the options “babel” of ${name}`);
    } else if (PREACT.has(name)) {
      found.jsx = { runtime: "automatic", importSource: "preact" };
      found.alias.push(...["react", "react-dom"].map((find) => ({ find, replacement: "preact/compat" })));
    } else if (name === "@vitejs/plugin-vue") found.plugins.add("vue");
    else if (name === "@sveltejs/vite-plugin-svelte") found.plugins.add("svelte");
    else if (name === "vite-tsconfig-paths" || name === "@tailwindcss/vite") return;
    else if (SHADERS.has(name)) found.shaders = true;
    else if (!PLUGINS_OF_NO_EFFECT.has(name)) this.skip(`the plugin ${name}`);
  }
}
