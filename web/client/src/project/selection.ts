import { clientError } from "../http/export-error.js";
import { bytesOf, type SourceFile } from "../sources/source-file.js";
import type { Limits } from "../types.js";
import { HomeRule, type LeftOut } from "./home-rule.js";
import { checkEffort, IGNORE_FILE, MAX_IGNORE_BYTES, readPatterns } from "./ignore-patterns.js";
import { composed, objectionsTo, objectionTo } from "./paths.js";
import { shown } from "./visible-text.js";

/** What of the files that were given goes into the project, and what stays at home. */
export interface Selection {
  /** By their paths in the project, in order. */
  files: Map<string, SourceFile>;
  leftOut: LeftOut[];
  rule: HomeRule;
  /** Names whose letters and marks stood apart (NFD) and were put together: the new ones. */
  renamed: string[];
  totalBytes: number;
}

const SHOWN = 20; // of what is wrong

/**
 * Judge files by their names: nothing of them is read but `.aethelignore`.
 *
 * Raises {@link ExportError}: `path-invalid` with every path that may not stand in a project, `ignore-file-invalid`, `no-files`, `too-large` beyond
 * the limits.
 */
export async function select(given: readonly SourceFile[], limits: Limits | null): Promise<Selection> {
  const stays = new Map<string, LeftOut>();
  for (const { leftOut } of given) if (leftOut) stays.set(leftOut.path, leftOut);
  const placed = given.filter(({ leftOut }) => !leftOut).map((file) => ({ path: composed(file.path), file }));
  const files = placed.some(({ file }) => file.isFromTop) ? placed : unwrapped(placed);
  const rule = await ruleOf(files);
  const goes: Placed[] = [];
  for (const one of files) {
    const found = one.path === IGNORE_FILE ? null : rule.staysHome(one.path);
    if (found) stays.set(found.path, found);
    else goes.push(one);
  }
  const leftOut = [...stays.values()];
  checkPaths(goes.map((one) => one.path));
  const totalBytes = goes.reduce((sum, { file }) => sum + file.size, 0);
  checkSomething(goes, leftOut);
  if (limits) checkLimits(goes, totalBytes, limits);
  goes.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files: new Map(goes.map(({ path, file }) => [path, file])),
    leftOut,
    rule,
    renamed: goes.filter(({ path, file }) => !file.path.endsWith(path)).map(({ path }) => path),
    totalBytes,
  };
}

/** Raise `no-files` where nothing is left to push; says why. */
export function checkSomething(goes: readonly { path: string }[], leftOut: readonly LeftOut[]): void {
  if (goes.some(({ path }) => path !== IGNORE_FILE)) return;
  const why = leftOut.slice(0, 5).map((one) => `${shown(one.path)} ${one.reason}`);
  throw clientError("no-files", "There is nothing to push", ["there are no files to push", ...why].join("; "));
}

interface Placed {
  path: string;
  file: SourceFile;
}

/** The files less a single folder around everything that is not clutter, as a ZIP comes in. */
function unwrapped(files: readonly Placed[]): readonly Placed[] {
  const rule = new HomeRule();
  const inside = files.filter(({ path }) => !isClutter(rule, path));
  const end = inside[0]?.path.indexOf("/") ?? -1;
  if (end === -1) return files;
  const top = inside[0]?.path.slice(0, end + 1) ?? "";
  const around = inside.every(({ path }) => path.startsWith(top)) && objectionTo(top.slice(0, -1)) === null;
  if (!around || rule.folderStaysHome(top.slice(0, -1))) return files;
  return files.map(({ path, file }) => ({ path: path.startsWith(top) ? path.slice(top.length) : path, file }));
}

function isClutter(rule: HomeRule, path: string): boolean {
  return rule.staysHome(path)?.code === "left-out-clutter" && !path.endsWith(IGNORE_FILE);
}

async function ruleOf(files: readonly Placed[]): Promise<HomeRule> {
  const own = files.find(({ path }) => path === IGNORE_FILE)?.file;
  if (own === undefined) return new HomeRule();
  const data = own.size > MAX_IGNORE_BYTES ? new Uint8Array(MAX_IGNORE_BYTES + 1) : await bytesOf(own);
  const patterns = readPatterns(data);
  checkEffort(
    patterns,
    files.map(({ path }) => path),
  );
  return new HomeRule(patterns);
}

function checkPaths(paths: readonly string[]): void {
  const details = objectionsTo(paths);
  if (details.length === 0) return;
  const told = details.slice(0, SHOWN).map(({ path, message }) => `${shown(path)}: ${message}`);
  const more = details.length > SHOWN ? `; and ${details.length - SHOWN} more` : "";
  const detail = `${told.join("; ")}${more}. Rename them, or name them in ${IGNORE_FILE}`;
  throw clientError("path-invalid", "Some names cannot stand in a project", detail, { status: 422, details });
}

function checkLimits(files: readonly Placed[], totalBytes: number, limits: Limits): void {
  const large = files.filter(({ file }) => file.size > limits.fileBytes);
  const details = large.map(({ path, file }) => ({
    path,
    message: `has ${file.size} bytes, a file may have ${limits.fileBytes}`,
  }));
  const said = details.map(({ path, message }) => `${shown(path)} ${message}`).slice(0, SHOWN);
  if (files.length > limits.files) said.push(`a project may have ${limits.files} files, these are ${files.length}`);
  if (totalBytes > limits.projectBytes) {
    said.push(`a project may have ${limits.projectBytes} bytes, these files have ${totalBytes}`);
  }
  if (said.length === 0) return;
  const detail = `${said.join("; ")}. Leave out what the game does not need, by a line in ${IGNORE_FILE}`;
  throw clientError("too-large", "The project is too large", detail, { status: 413, details });
}
