/**
 * Stands in for npm, pnpm, yarn and bun where a project's build script runs: `node run-script.mjs npm run build`.
 *
 * It runs scripts of the nearest package.json, and programs by name. It installs nothing, as all packages are there already.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { argv, cwd, env, exit } from "node:process";
import { fileURLToPath } from "node:url";

const MANAGERS = new Set(["npm", "pnpm", "yarn", "bun"]);
const RUNNERS = new Set(["npx", "pnpx", "bunx"]);
const RUN = new Set(["run", "run-script", "rum", "urn"]);
const SHORT = new Set(["start", "test", "stop", "restart"]);
const EXECUTE = new Set(["exec", "x", "dlx"]);
const INSTALL = new Set(["install", "i", "ci", "add", "clean-install"]);

const [first, ...others] = argv.slice(2);
const [manager, given] = MANAGERS.has(first) || RUNNERS.has(first) ? [first, others] : ["npm", argv.slice(2)];
const folder = nearest(cwd());
const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
exit(main());

function main() {
  if (RUNNERS.has(manager)) return program(withoutOptions(given));
  const [verb, ...rest] = withoutOptions(given);
  if (verb === undefined || INSTALL.has(verb)) {
    console.log(`${manager} ${verb ?? "install"}: the packages are there already, nothing is installed`);
    return 0;
  }
  if (RUN.has(verb)) return scripts(...split(rest), given.includes("--if-present"));
  if (SHORT.has(verb)) return scripts(verb, passed(rest), false);
  if (EXECUTE.has(verb)) return program(withoutOptions(rest));
  if (manager !== "npm") return has(verb) ? scripts(verb, rest, false) : program([verb, ...rest]);
  console.error(
    `${manager} ${verb} is not there where exports run build scripts; scripts and programs of packages are`,
  );
  return 1;
}

/** The script's name, and what is passed on to it. */
function split(rest) {
  const [name, ...more] = withoutOptions(rest);
  return [name, passed(more)];
}

/** npm passes on what follows `--` alone, the others everything. */
function passed(rest) {
  const at = rest.indexOf("--");
  if (at >= 0) return [...(manager === "npm" ? [] : rest.slice(0, at)), ...rest.slice(at + 1)];
  return manager === "npm" ? rest.filter((word) => !word.startsWith("-")) : rest;
}

function withoutOptions(words) {
  const at = words.findIndex((word) => !word.startsWith("-"));
  return at < 0 ? [] : words.slice(at);
}

function has(name) {
  return Object.hasOwn(about.scripts ?? {}, name) && typeof about.scripts[name] === "string";
}

/** Runs a script, and those that npm runs before and after it. */
function scripts(name, more, mayLack) {
  if (!has(name)) {
    if (!mayLack) console.error(`package.json has no script “${name}”`);
    return mayLack ? 0 : 1;
  }
  for (const [each, words] of [
    [`pre${name}`, []],
    [name, more],
    [`post${name}`, []],
  ]) {
    // prettier-ignore
    if (!has(each)) continue;
    const command = [about.scripts[each], ...words.map(quoted)].join(" ");
    console.log(`> ${command}`);
    const status = started("/bin/sh", ["-c", command], { npm_lifecycle_event: each, npm_lifecycle_script: command });
    if (status !== 0) return status;
  }
  return 0;
}

function program([name, ...more]) {
  return name === undefined ? 1 : started(name.replace(/(.)@[^@/]*$/, "$1"), more, {});
}

function started(name, words, variables) {
  const { status, signal, error } = spawnSync(name, words, {
    cwd: folder,
    stdio: "inherit",
    env: { ...env, ...ofPackage(), ...variables, PATH: path() },
  });
  if (error) console.error(error.code === "ENOENT" ? `there is no program “${name}”` : error.message);
  return status ?? (signal ? 128 + (constants.signals[signal] ?? 0) : 127);
}

/** What scripts are told of their package, as by npm. */
function ofPackage() {
  return {
    INIT_CWD: env.INIT_CWD ?? cwd(),
    npm_command: "run-script",
    npm_config_user_agent: `${manager}/0 node/${process.version}`,
    npm_execpath: fileURLToPath(import.meta.url),
    npm_node_execpath: process.execPath,
    npm_package_json: join(folder, "package.json"),
    npm_package_name: String(about.name ?? ""),
    npm_package_version: String(about.version ?? ""),
  };
}

/** The programs of packages come first, from here on upwards. */
function path() {
  const found = [];
  for (let at = folder; ; at = dirname(at)) {
    found.push(join(at, "node_modules", ".bin"));
    if (at === dirname(at)) break;
  }
  const known = env.PATH.split(delimiter).filter((one) => !found.includes(one));
  return [...found.filter((one) => existsSync(one)), ...known].join(delimiter);
}

function nearest(start) {
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) return at;
    if (at === dirname(at)) {
      console.error("there is no package.json");
      exit(1);
    }
  }
}

function quoted(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
