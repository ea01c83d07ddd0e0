/**
 * The plug-ins of PostCSS that a project asks for, read off its configuration: the usual ones are run here, in our own release.
 *
 * What Vite does by itself, imports, nesting as browsers know it, and shortening, needs no plug-in.
 */
import { existsSync, readFileSync } from "node:fs";
import { findUpwards, notFollowed } from "./configuration-files.mjs";
import { isPlain, isRecord, readStatic } from "./static-module.mjs";
import { Call, ComputedError } from "./static-values.mjs";

const FILES = [
  "package.json",
  ...["js", "cjs", "mjs", "ts", "cts", "mts"].flatMap((suffix) => [`postcss.config.${suffix}`, `.postcssrc.${suffix}`]),
  ".postcssrc.json",
  ".postcssrc",
  ".postcssrc.yaml",
  ".postcssrc.yml",
];
const OF_NO_EFFECT = new Set(["postcss-import", "postcss-nesting", "cssnano", "postcss-csso"]);
const TAILWIND = new Set(["tailwindcss", "@tailwindcss/postcss"]);
const NESTED = new Set(["postcss-nested", "tailwindcss/nesting", "@tailwindcss/nesting"]);

/**
 * What a project's configuration of PostCSS asks for, wherever it stands.
 *
 * @param root Where the pages are.
 * @param project The folder around everything.
 * @param inline What vite.config says instead, or nothing.
 * @param messages Told once of all that is not followed.
 * @returns Options of the plug-ins that are ours by their names: `tailwind`, `nested`, `autoprefixer`.
 */
export function readPostcss(root, project, inline, messages) {
  const found = {};
  if (inline !== undefined) {
    notFollowed(inline.file, follow(inline.value, found, "css.postcss: "), project, messages);
    return found;
  }
  const file = findUpwards(root, project, FILES, (path) =>
    path.endsWith("package.json") ? isRecord(ofPackage(path)) : existsSync(path),
  );
  if (file) notFollowed(file, followFile(file, found), project, messages);
  return found;
}

function followFile(file, found) {
  try {
    return follow(valueOf(file), found, "");
  } catch (error) {
    if (!(error instanceof ComputedError)) throw error;
    return ["what it exports"];
  }
}

function valueOf(file) {
  if (file.endsWith("package.json")) return ofPackage(file);
  if (!/rc(?:\.json)?$/.test(file)) return readStatic(file, (module) => new Call(module, undefined));
  try {
    return asRecord(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new ComputedError("YAML");
  }
}

function ofPackage(file) {
  try {
    return asRecord(JSON.parse(readFileSync(file, "utf8"))?.postcss);
  } catch {
    return undefined;
  }
}

/** What JSON holds, in the shape of values that were read off a module. */
function asRecord(value) {
  if (Array.isArray(value)) return value.map(asRecord);
  if (typeof value !== "object" || value === null) return value;
  return Object.assign(
    Object.create(null),
    Object.fromEntries(Object.entries(value).map(([k, v]) => [k, asRecord(v)])),
  );
}

/** Notes what is ours; the names of all else. */
function follow(config, found, prefix) {
  const { plugins } = isRecord(config) ? config : {};
  const skipped = isRecord(config) ? Object.keys(config).filter((key) => key !== "plugins" && key !== "map") : [config];
  const listed = isRecord(plugins) ? Object.entries(plugins) : Array.isArray(plugins) ? plugins.map(pair) : [];
  if (plugins instanceof ComputedError) skipped.push("plugins");
  for (const [name, options] of listed) {
    if (options === false) continue;
    if (!take(name, options, found)) skipped.push(plugin(name));
    else if (TAILWIND.has(name) && Object.keys(options ?? {}).some((key) => key !== "config"))
      skipped.push(`the options of ${name}`);
  }
  return skipped.map((what) => `${prefix}${typeof what === "string" ? what : "what is computed"}`);
}

function plugin(name) {
  return name ? `the plug-in ${name}` : "a plug-in that is computed";
}

/** Name and options of an item of a list. */
function pair(item) {
  if (item instanceof Call) return [item.name, item.options];
  if (Array.isArray(item)) return [item[0] instanceof Call ? item[0].name : item[0], item[1]];
  return item ? [item, undefined] : ["", false];
}

function take(name, options, found) {
  if (OF_NO_EFFECT.has(name)) return true;
  const ours = TAILWIND.has(name)
    ? "tailwind"
    : NESTED.has(name)
      ? "nested"
      : name === "autoprefixer"
        ? name
        : undefined;
  if (!ours) return false;
  found[ours] = isRecord(options) && isPlain(options) ? options : {};
  return true;
}
