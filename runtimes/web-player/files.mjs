/** Plugins for esbuild: files that are shipped as they are, beside the scripts that fetch them. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));

/** `import url from "file?url"`: ships the file as it is and gives its name. */
export const asFile = {
  name: "as-file",
  setup(build) {
    build.onResolve({ filter: /\?url$/ }, async ({ path, importer, resolveDir }) => {
      const found = await build.resolve(path.slice(0, -4), { kind: "import-statement", importer, resolveDir });
      return found.errors.length ? found : { path: found.path, namespace: "as-file" };
    });
    build.onLoad({ filter: /./, namespace: "as-file" }, async ({ path }) => ({
      contents: await readFile(path),
      loader: "file",
    }));
  },
};

/**
 * Recast's package does not let its WebAssembly be imported, and brings it along a second time, inside a script that is loaded where nobody
 * hands it over: we do.
 */
export const recastOnce = {
  name: "recast",
  setup(build) {
    build.onResolve({ filter: /^@recast-navigation\/wasm\/binary$/ }, () => ({
      path: join(HERE, "node_modules/@recast-navigation/wasm/dist/recast-navigation.wasm.wasm"),
    }));
    build.onResolve({ filter: /^@recast-navigation\/wasm$/ }, () => ({ path: "recast", namespace: "nothing" }));
    build.onLoad({ filter: /./, namespace: "nothing" }, () => ({ contents: "export default undefined;" }));
  },
};
