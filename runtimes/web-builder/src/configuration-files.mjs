/** Where a project's configurations lie, and how it is told that something in them is not followed. */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";

/** Whether a path lies in a folder. */
export function isInside(folder, path) {
  const inside = relative(folder, path);
  return inside !== ".." && !inside.startsWith("../") && !isAbsolute(inside);
}

/** The first of some files that is in a folder, or in one around it, up to the project's. */
export function findUpwards(folder, project, names, matters = existsSync) {
  for (let at = folder; isInside(project, at); at = dirname(at)) {
    const found = names.map((name) => join(at, name)).find(matters);
    if (found) return found;
  }
  return undefined;
}

/** Tells once what of a configuration is not followed, and leaves that to the project's own tools. */
export function notFollowed(file, skipped, project, messages) {
  if (skipped.length) {
    messages.leave(relative(project, file), `has ${skipped[0]}`);
    messages.warn(
      relative(project, file),
      `is read, not run; not followed: ${[...new Set(skipped)].join(", ")}. Write these as plain values, or do without them`,
    );
  }
}
