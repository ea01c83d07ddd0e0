/**
 * An esbuild plugin: `import { Mesh } from "three"` becomes an import of the one file of three.js that Mesh is in.
 *
 * esbuild splits code by files, and three.js ships as two: whatever a lazy chunk uses of it would be loaded with the first page. From its
 * source files, each part goes where it is used, and games whose scripts import all of three.js share one instance with the player.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = resolve(dirname(createRequire(import.meta.url).resolve("three")), "../src");
/** Whose imports of three.js are taken apart: its own add-ons, and the player. */
const IMPORTERS = [resolve(SOURCE, "../examples"), fileURLToPath(new URL("src", import.meta.url))];
const IMPORT = /import\s*\{([^}]*)\}\s*from\s*(['"])three\2\s*;?/g;

/** Name → file, from the barrels' own export lists. */
function leaves(file, found = new Map()) {
  for (const [, all, names, path] of readFileSync(file, "utf8").matchAll(
    /export (?:(\*)|\{([^}]*)\}) from '([^']+)'/g,
  )) {
    const target = resolve(dirname(file), path);
    if (all) {
      leaves(target, found);
      for (const [, name] of readFileSync(target, "utf8").matchAll(/export (?:const|function|class) (\w+)/g))
        found.set(name, target);
    } else {
      for (const name of names
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean)) {
        const [original, exported = original] = name.split(/ as /);
        found.set(exported, exported === original ? target : `${target}#${original}`);
      }
    }
  }
  for (const [, names] of readFileSync(file, "utf8").matchAll(/export \{([^}]*)\};/g)) {
    for (const name of names
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean))
      found.set(name, file);
  }
  return found;
}

/** Shaders without their comments and indentation, as in three's own build. */
function minifyGlsl(source) {
  return source.replace(/\/\* glsl \*\/\s*`([^`]*)`/g, (_, glsl) =>
    JSON.stringify(
      glsl
        .replace(/\/\*[\s\S]*?\*\//g, "")
        .replace(/\/\/.*/g, "")
        .replace(/[\t ]+/g, " ")
        .replace(/ ?\n\s*/g, "\n")
        .trim(),
    ),
  );
}

export const threeLeaves = {
  name: "three-leaves",
  setup(build) {
    const files = leaves(join(SOURCE, "Three.js"));
    const rewrite = (source, path) =>
      source.replace(IMPORT, (_, names) =>
        names
          .replace(/\/\/.*/g, "")
          .split(",")
          .map((one) => one.trim())
          .filter((one) => one && !one.startsWith("type "))
          .map((one) => {
            const [name, local = name] = one.split(/\s+as\s+/);
            const [file, original = name] = (files.get(name) ?? "").split("#");
            if (!file) throw new Error(`${path} imports ${name}, which three.js does not export`);
            return `import { ${original} as ${local} } from ${JSON.stringify(file)};`;
          })
          .join(" "),
      );
    build.onResolve({ filter: /^three$/ }, () => ({ path: join(SOURCE, "Three.js") }));
    build.onLoad({ filter: /\.glsl\.js$/ }, ({ path }) => ({
      contents: minifyGlsl(readFileSync(path, "utf8")),
      loader: "js",
    }));
    build.onLoad({ filter: /\.(js|ts)$/ }, ({ path }) => {
      if (!IMPORTERS.some((folder) => path.startsWith(folder + sep))) return undefined;
      return { contents: rewrite(readFileSync(path, "utf8"), path), loader: path.endsWith(".ts") ? "ts" : "js" };
    });
  },
};
