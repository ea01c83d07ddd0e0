import { createReadStream } from "node:fs";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";

import { clientError, ExportError } from "./http/export-error.js";
import { HomeRule } from "./project/home-rule.js";
import { IGNORE_FILE, readPatterns } from "./project/ignore-patterns.js";
import { composed } from "./project/paths.js";
import type { SourceFile } from "./sources/source-file.js";

/** For Node: `@aethel/export-client/node`. */

export interface FolderOptions {
  /** Called with each link; it is not followed, so that nothing outside of the folder is sent. */
  onLink?: (path: string) => void;
}

/**
 * The files of a folder, with one file to stand for each folder that stays at home, which is not walked through.
 *
 * Links are not followed, and what is no plain file (pipes, devices) is passed over. Raises `file-unreadable`.
 */
export async function* filesFromFolder(root: string, options: FolderOptions = {}): AsyncGenerator<SourceFile> {
  const rule = await ruleOf(root);
  yield* walk(root, "", rule, options);
}

async function* walk(root: string, folder: string, rule: HomeRule, options: FolderOptions): AsyncGenerator<SourceFile> {
  const found = await readable(join(root, folder), () => readdir(join(root, folder), { withFileTypes: true }));
  for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder + entry.name;
    if (entry.isSymbolicLink()) options.onLink?.(path);
    else if (entry.isFile()) yield await fileAt(root, path);
    else if (entry.isDirectory() && rule.folderStaysHome(composed(path))) yield emptyFile(`${path}/…`);
    else if (entry.isDirectory()) yield* walk(root, `${path}/`, rule, options);
  }
}

async function fileAt(root: string, path: string): Promise<SourceFile> {
  const file = join(root, path);
  const { size } = await readable(file, () => lstat(file));
  return {
    path,
    size,
    stream: () => Readable.toWeb(createReadStream(file, { highWaterMark: 1 << 20 })) as ReadableStream<Uint8Array>,
  };
}

/** Stands for a folder that stays at home, so that the push tells of it. */
function emptyFile(path: string): SourceFile {
  return { path, size: 0, stream: () => new Blob([]).stream() };
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
