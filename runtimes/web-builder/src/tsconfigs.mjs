/** Settings for TypeScript that lie in packages: where those are not installed, the build goes on without them. */
import { mkdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";

const MOST_BYTES = 256 << 10;
const EXTENDED = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/;
const QUOTED = /"([^"]*)"/g;

/** Puts empty settings in the place of those that are missing, and says so. */
export function stubTsconfigs(job, root, warn) {
  for (const path of job.tsconfigs) {
    const text = readFileSync(join(job.project, path), "utf8").slice(0, MOST_BYTES);
    for (const [, name] of (EXTENDED.exec(text)?.[1] ?? "").matchAll(QUOTED)) {
      if (!name || /^[./]/.test(name) || name.split("/").includes("..") || isThere(job.project, dirname(path), name))
        continue;
      const file = join(job.project, dirname(path), "node_modules", hasFile(name) ? name : join(name, "tsconfig.json"));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file.endsWith(".json") ? file : `${file}.json`, "{}");
      warn(path, `extends “${name}”, a package that is not installed: its settings are not used`);
    }
  }
}

/** Whether a name goes on behind that of its package. */
function hasFile(name) {
  return name.split("/").length > (name.startsWith("@") ? 2 : 1);
}

function isThere(project, folder, name) {
  const [scope, second = ""] = name.split("/");
  const packageName = scope.startsWith("@") ? join(scope, second) : scope;
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(project, at, "node_modules", packageName))) return true;
    if (at === "." || at === "") return false;
  }
}
