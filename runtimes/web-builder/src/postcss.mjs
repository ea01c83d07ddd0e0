/** The plug-ins of PostCSS that are run here, in our own releases; Vite runs PostCSS only where there are any. */
import { createRequire } from "node:module";
import { browsersOf } from "./browsers.mjs";

const require = createRequire(import.meta.url);

/**
 * In the order in which they go on each other's work.
 *
 * @param asked Options by name, as the project's configuration has them.
 * @param tailwind Those of Tailwind.
 * @param root Where the pages are.
 * @param project The folder around everything.
 * @param warn Told what is not followed.
 */
export function postcssPlugins(asked, tailwind, root, project, warn) {
  const plugins = [...tailwind];
  if (asked.nested) plugins.unshift(require("postcss-nested")(asked.nested));
  if (asked.autoprefixer) {
    const { grid, flexbox, supports, add, remove, cascade } = asked.autoprefixer;
    const options = { grid, flexbox, supports, add, remove, cascade };
    plugins.push(require("autoprefixer")({ ...options, overrideBrowserslist: browsersOf(root, project, warn) }));
  }
  return plugins;
}
