/** A project's tailwind.config is read, never run: plain values, Tailwind's own lists of colours and fonts, and the plug-ins that we have. */
import { createRequire } from "node:module";
import { dirname, relative, resolve } from "node:path";
import { findUpwards, isInside, notFollowed } from "./configuration-files.mjs";
import { isRecord, readStatic } from "./static-module.mjs";
import { Call, ComputedError } from "./static-values.mjs";

const SUFFIXES = ["js", "cjs", "mjs", "ts", "cts", "mts"];
const LISTS = new Set(["colors", "defaultTheme", "defaultConfig"]);
const GLOB = /[*?{}[\]!()|]/;
const MOST_DEPTH = 32;
const USUAL = ["./index.html", "./{src,app,pages,components}/**/*.{html,js,jsx,ts,tsx,vue,svelte,md,mdx}"];
const require = createRequire(import.meta.url);

export const PLUGINS = new Set([
  "@tailwindcss/aspect-ratio",
  "@tailwindcss/container-queries",
  "@tailwindcss/forms",
  "@tailwindcss/typography",
  "tailwindcss-animate",
]);

/** The configuration of the folder, or of one around it. */
export function findTailwindConfig(root, project) {
  return findUpwards(
    root,
    project,
    SUFFIXES.map((suffix) => `tailwind.config.${suffix}`),
  );
}

/**
 * What a configuration says, for a release of Tailwind.
 *
 * @param file The configuration, or nothing.
 * @param release The folder of that release among our packages.
 * @param root Where the pages are: names of sources begin there.
 * @param project The folder around everything.
 * @param messages Told once of all that is not followed.
 */
export function readTailwindConfig(file, release, root, project, messages) {
  const skipped = [];
  const config = file ? plainConfig(file, release, skipped) : {};
  if (file && release.endsWith("-3")) config.content = sources(config, file, root, project, skipped);
  if (file) notFollowed(file, skipped, project, messages);
  return config;
}

/** Whether a pattern leads to files of a folder alone, read from another one. */
export function staysIn(folder, base, pattern) {
  const parts = pattern.split("/");
  const first = parts.findIndex((part) => GLOB.test(part));
  const fixed = first < 0 ? parts : parts.slice(0, first);
  const free = first < 0 ? [] : parts.slice(first);
  return isInside(folder, resolve(base, fixed.join("/"))) && !free.some((part) => part.includes(".."));
}

function plainConfig(file, release, skipped) {
  const known = (module, name) => {
    const [scope, list] = module.split("/");
    if (scope !== "tailwindcss" || !LISTS.has(list?.replace(/\.js$/, ""))) return new Call(module, undefined);
    const exported = require(`${release}/${list}`);
    return name === "default" ? (exported.default ?? exported) : exported[name];
  };
  try {
    const value = readStatic(file, known);
    if (!isRecord(value)) throw new ComputedError("no object");
    const { plugins, ...rest } = value;
    const config = plain(rest, "", skipped, 0);
    config.plugins = [plugins ?? []].flat().flatMap((item) => pluginOf(item, skipped));
    return config;
  } catch (error) {
    if (!(error instanceof ComputedError)) throw error;
    skipped.push("what it exports");
    return {};
  }
}

/** The same without what is computed; that is named. */
function plain(value, path, skipped, depth) {
  if (depth > MOST_DEPTH) return undefined;
  if (Array.isArray(value)) {
    return value.map((item) => plain(item, path, skipped, depth + 1)).filter((item) => item !== undefined);
  }
  const isObject = typeof value === "object" && value !== null && !(value instanceof RegExp);
  if (!isObject) return value;
  if (![null, Object.prototype].includes(Object.getPrototypeOf(value))) {
    skipped.push(path);
    return undefined;
  }
  const made = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key === "__proto__") continue;
    const found = plain(inner, path ? `${path}.${key}` : key, skipped, depth + 1);
    if (found !== undefined) made[key] = found;
  }
  return made;
}

function pluginOf(item, skipped) {
  if (item instanceof Call && PLUGINS.has(item.name)) {
    const plugin = require(item.name);
    return [isRecord(item.options) ? plugin(plain(item.options, item.name, skipped, 0)) : plugin];
  }
  if (item) skipped.push(item instanceof Call ? `the plug-in ${item.name}` : "a plug-in that is computed");
  return [];
}

/** Which files name classes: what the configuration says as far as it stays in the project, else the usual ones. */
function sources({ content }, file, root, project, skipped) {
  const { files = content, relative: isRelative = false } = isPlainObject(content) ? content : {};
  const base = isRelative ? dirname(file) : root;
  const kept = [files ?? []].flat().filter((item) => {
    if (typeof item !== "string") return typeof item?.raw === "string";
    const stays = staysIn(project, base, item.replace(/^!/, ""));
    if (!stays) skipped.push(`content “${item.slice(0, 80)}”, which leads out of the project`);
    return stays;
  });
  return { files: (kept.length ? kept : USUAL).map((item) => absolute(item, base, root)) };
}

function absolute(item, base, root) {
  if (typeof item !== "string" || base === root) return item;
  const negated = item.startsWith("!") ? "!" : "";
  return `${negated}./${relative(root, resolve(base, item.slice(negated.length)))}`;
}

function isPlainObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
