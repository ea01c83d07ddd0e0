/**
 * Vite and the compilers read files by themselves, each in its own way, wherever a style or a component leads them: here all of them pass.
 *
 * What a build must not see is kept from it by the sandbox. This is about what would be in a page, and about saying it in words.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * From here on files are read in these folders alone.
 *
 * @returns All that are, as they are read.
 */
export function readOnlyIn(folders) {
  const read = new Set();
  const isOurs = (path) => folders.some((folder) => path.startsWith(`${folder}/`));
  const check = (path) => {
    if (typeof path === "number") return;
    const file = resolve(path instanceof URL ? fileURLToPath(path) : String(path));
    if (!isOurs(file)) throw new Error("names a file that lies outside of the project; move it inside");
    read.add(file);
  };
  const { readFile, readFileSync, createReadStream, promises } = fs;
  const readLater = promises.readFile;
  fs.readFileSync = (path, ...more) => (check(path), readFileSync(path, ...more));
  fs.createReadStream = (path, ...more) => (check(path), createReadStream(path, ...more));
  fs.readFile = (path, ...more) => (check(path), readFile(path, ...more));
  promises.readFile = async (path, ...more) => (check(path), readLater(path, ...more));
  syncBuiltinESMExports();
  return read;
}
