import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** The stack of `make up`, which the development server stands in front of. */
const GATEWAY = process.env["AETHEL_EXPORT_URL"] ?? "http://127.0.0.1:8080";

/** Templates of HTML and CSS travel without the layout of their sources: no text of the page depends on it. */
const withoutLayout: Plugin = {
  name: "without-layout",
  enforce: "pre",
  apply: "build",
  transform: (code, id) =>
    /\/web\/\w+\/src\/.*\.ts$/.test(id)
      ? { code: code.replace(/\bcss`[^`]*`/g, packed).replace(/\n[ \t]+/g, "\n"), map: null }
      : null,
};

/** A style sheet without what no browser needs; selectors keep their spaces, but for those around `>`. */
function packed(css: string): string {
  return css
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,>]) ?/g, "$1")
    .replace(/(?<=[a-z-]): /g, ":")
    .replaceAll(";}", "}");
}

export default defineConfig({
  plugins: [withoutLayout],
  root: source("."),
  base: "./",
  resolve: {
    alias: {
      "@aethel/export-client": source("../client/src/index.ts"),
      "@aethel/export-components": source("../components/src/index.ts"),
    },
  },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy knows no data: for scripts and styles
    modulePreload: { polyfill: false }, // it would be an inline script
    rolldownOptions: {
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
        // What is loaded at once is one file: a request less than in two, and 3 kB less as Brotli.
        codeSplitting: { groups: [{ name: "index", tags: ["$initial"] }] },
      },
    },
  },
  worker: {
    format: "es",
    // The gateway knows workers by this name: only they may compile WebAssembly.
    rolldownOptions: { output: { entryFileNames: "assets/worker-[name]-[hash].js" } },
  },
  server: {
    host: "127.0.0.1",
    // The host that the browser names is left as it is: by it and `Origin` the gateway knows its own page.
    proxy: Object.fromEntries(
      ["/api", "/page.json", "/local-session", "/sample"].map((path) => [
        path,
        { target: GATEWAY, changeOrigin: false },
      ]),
    ),
  },
});
