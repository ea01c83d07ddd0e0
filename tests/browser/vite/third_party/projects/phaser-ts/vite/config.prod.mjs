import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  logLevel: "warn",
  build: {
    chunkSizeWarningLimit: 2000,
    rollupOptions: { output: { manualChunks: { phaser: ["phaser"] } } },
    minify: "terser",
    terserOptions: { compress: { passes: 2 }, mangle: true, format: { comments: false } },
  },
});
