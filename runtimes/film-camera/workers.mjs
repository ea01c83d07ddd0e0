/** A plugin for esbuild: `import source from "./worker?text"` gives a worker's whole script as a text. */
import * as esbuild from "esbuild";

export const workerAsText = {
  name: "worker-as-text",
  setup(build) {
    build.onResolve({ filter: /\?text$/ }, async ({ path, importer, resolveDir }) => {
      const found = await build.resolve(path.slice(0, -5), { kind: "import-statement", importer, resolveDir });
      return found.errors.length ? found : { path: found.path, namespace: "worker-text" };
    });
    build.onLoad({ filter: /./, namespace: "worker-text" }, async ({ path }) => {
      const { absWorkingDir, target, minify } = build.initialOptions;
      const built = await esbuild.build({
        ...{ absWorkingDir, target, minify, entryPoints: [path] },
        ...{ bundle: true, format: "iife", legalComments: "none", write: false },
      });
      return { contents: built.outputFiles[0].text, loader: "text" };
    });
  },
};
