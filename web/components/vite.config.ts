import { defineConfig } from "vite";

// One module per source module, so that a bundler takes along only what a page uses.
export default defineConfig({
  build: {
    target: "es2022",
    sourcemap: true,
    minify: false,
    lib: { entry: ["src/index.ts", "src/react.ts"], formats: ["es"] },
    rolldownOptions: {
      external: [/^lit(\/|$)/, /^@aethel\//],
      output: { preserveModules: true, preserveModulesRoot: "src", entryFileNames: "[name].js" },
    },
  },
});
