/** The browsers that a project is for, as it says in `.browserslistrc` or `package.json`; nothing that these lists name is loaded. */
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { findUpwards } from "./configuration-files.mjs";

const FILES = ["package.json", ".browserslistrc", "browserslist"];
const MOST_QUERIES = 100;
const MOST_CHARACTERS = 200;
// They would load packages or files.
const LOADS = /\b(?:extends|stats|config)\b/i;

/**
 * The list's lines for releases.
 *
 * @returns Lines as browserslist reads them; its own defaults where there are none.
 */
export function browsersOf(root, project, warn) {
  const file = findUpwards(root, project, FILES, (path) => existsSync(path) && linesOf(path).length > 0);
  return file ? plain(linesOf(file), relative(project, file), warn) : ["defaults"];
}

function linesOf(file) {
  const text = readFileSync(file, "utf8");
  return file.endsWith("package.json") ? ofPackage(text) : ofSections(text);
}

function ofPackage(text) {
  try {
    const { browserslist } = JSON.parse(text);
    const lines = Array.isArray(browserslist) ? browserslist : (browserslist?.production ?? browserslist);
    return [lines ?? []].flat().filter((line) => typeof line === "string");
  } catch {
    return [];
  }
}

/** Lines before the first section, or those of the one for releases. */
function ofSections(text) {
  const sections = { "": [] };
  let name = "";
  for (const line of text.split(/\r?\n/).map((one) => one.replace(/#.*/, "").trim())) {
    if (line.startsWith("[")) name = line.slice(1, -1).split(" ").includes("production") ? "production" : line;
    else if (line) (sections[name] ??= []).push(line);
  }
  return sections.production ?? sections[""];
}

function plain(lines, file, warn) {
  const kept = lines.slice(0, MOST_QUERIES).filter((line) => line.length <= MOST_CHARACTERS && !LOADS.test(line));
  if (kept.length < lines.length)
    warn(file, "names lists of browsers that other packages hold; these are not followed: write the browsers out");
  return kept.length ? kept : ["defaults"];
}
