import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The page of the component tests, built from the packages' sources as the export page is. */
export default {
  root: at("."),
  base: "./",
  logLevel: "warn",
  resolve: {
    alias: {
      "@aethel/export-client": at("../../../web/client/src/index.ts"),
      "@aethel/export-components": at("../../../web/components/src/index.ts"),
    },
  },
  build: { target: "es2022", emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: "es" },
};
