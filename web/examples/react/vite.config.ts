import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The development server stands in front of the stack of `make up`, so that no CORS is needed. */
const GATEWAY = process.env["AETHEL_EXPORT_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", rolldownOptions: { input: ["index.html", "editor.html"] } },
  server: { host: "127.0.0.1", proxy: { "/api": GATEWAY } },
});
