import { defineConfig } from "vite";

export default defineConfig({
  server: {
    port: 8080,
    open: true,
  },
  build: { target: "esnext" },
});
