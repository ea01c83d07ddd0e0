/** Plug-ins of other people's: those whose work is done here, and those whose work no game shows. */

export const JSX = new Set(["@vitejs/plugin-react", "@vitejs/plugin-react-swc", "@vitejs/plugin-react-oxc"]);
export const PREACT = new Set(["@preact/preset-vite", "@prefresh/vite"]);
// They check, show or serve; or do what Vite does by now, or what browsers need no more.
export const OF_NO_EFFECT = new Set([
  "vite-plugin-checker",
  "vite-plugin-eslint",
  "vite-plugin-eslint2",
  "@nabla/vite-plugin-eslint",
  "vite-plugin-stylelint",
  "@vitejs/plugin-basic-ssl",
  "vite-plugin-mkcert",
  "vite-plugin-inspect",
  "rollup-plugin-visualizer",
  "vite-plugin-compression",
  "vite-plugin-compression2",
  "vite-plugin-restart",
  "vite-plugin-full-reload",
  "vite-plugin-top-level-await",
  "@vitejs/plugin-legacy",
  "vite-plugin-vue-devtools",
  "vite-bundle-analyzer",
  "vite-plugin-dts",
]);
export const SHADERS = new Set(["vite-plugin-glsl", "vite-plugin-shader", "vite-plugin-string"]);
