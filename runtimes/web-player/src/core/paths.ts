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

/** What a file beside `path` is called from the project's root. */
export function beside(path: string, relative: string): string {
  return normalise(`${path.slice(0, path.lastIndexOf("/") + 1)}${decodeURIComponent(relative)}`);
}

export function extensionOf(path: string): string {
  return /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
}
