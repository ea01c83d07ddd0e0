import { createReadStream } from "node:fs";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";

import { clientError, ExportError } from "./http/export-error.js";
import { HomeRule, leftOut } from "./project/home-rule.js";
import { IGNORE_FILE, readPatterns } from "./project/ignore-patterns.js";
import { composed } from "./project/paths.js";
import { leftOutFile, type SourceFile } from "./sources/source-file.js";

/** For Node: `@aethel/export-client/node`. */

/**
 * The files of a folder.
 *
 * What stays at home is not walked through; links are not followed, so that nothing outside of the folder is sent. The push tells of both. Raises
 * `file-unreadable`.
 */
export async function* filesFromFolder(root: string): AsyncGenerator<SourceFile> {
  yield* walk(root, "", await ruleOf(root));
}

async function* walk(root: string, folder: string, rule: HomeRule): AsyncGenerator<SourceFile> {
  const found = await readable(join(root, folder), () => readdir(join(root, folder), { withFileTypes: true }));
  for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder + entry.name;
    const home = entry.isDirectory() ? rule.folderStaysHome(composed(path)) : rule.staysHome(composed(path));
    if (home && path !== IGNORE_FILE) yield leftOutFile(home);
    else if (entry.isDirectory()) yield* walk(root, `${path}/`, rule);
    else if (entry.isFile()) yield await fileAt(root, path);
    else yield leftOutFile(leftOut(path, entry.isSymbolicLink() ? "left-out-link" : "left-out-special"));
  }
}

async function fileAt(root: string, path: string): Promise<SourceFile> {
  const file = join(root, path);
  const { size } = await readable(file, () => lstat(file));
  return {
    path,
    size,
    isFromTop: true,
    stream: () => Readable.toWeb(createReadStream(file, { highWaterMark: 1 << 20 })) as ReadableStream<Uint8Array>,
  };
}

async function ruleOf(root: string): Promise<HomeRule> {
  try {
    return new HomeRule(readPatterns(await readFile(join(root, IGNORE_FILE))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new HomeRule();
    throw error instanceof ExportError ? error : unreadable(IGNORE_FILE, error);
  }
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): ExportError {
  const detail = `${path} cannot be read (${(cause as Error).message}): make it readable, or name it in ${IGNORE_FILE}`;
  return clientError("file-unreadable", "A file cannot be read", detail, { cause });
}
