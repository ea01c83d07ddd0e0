/** How scenes and scripts name files. */

export const PROJECT_ROOTS = ["", "assets/"];

/** The project paths that a reference may mean, the likeliest first. */
export function variantsOf(reference: string, roots: readonly string[]): string[] {
  const path = normalise(reference);
  return roots.map((root) => root + path);
}

/** `./a//b/../c` → `a/c`. A path never leaves the project. */
export function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll("\\", "/").split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/**
 * What a file that a model names beside itself may be called from the project's root, the likeliest first: as URIs are
 * read, as it is written, and without what follows a `?` or `#`. A per cent sign that escapes nothing is one.
 */
export function besideVariants(path: string, uri: string): string[] {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const named = /^[^?#]*/.exec(uri)?.[0] ?? "";
  const readings = [unescaped(uri), uri, ...(named === "" ? [] : [unescaped(named)])];
  return [...new Set(readings.map((reading) => normalise(folder + reading)))];
}

/** Runs of escapes that are UTF-8 become characters; all others stay. */
function unescaped(uri: string): string {
  return uri.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

/** The file of `file#part`, and the part: of a model a node or a clip. */
export function splitReference(reference: string): [file: string, part: string | undefined] {
  const at = reference.indexOf("#");
  return at < 0 ? [reference, undefined] : [reference.slice(0, at), reference.slice(at + 1)];
}

export function extensionOf(path: string): string {
  return /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
}
