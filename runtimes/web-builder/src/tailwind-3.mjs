/** Tailwind 3 is a plug-in of PostCSS, with a configuration that we have read; it looks for classes in the sources itself. */
import { createRequire, Module } from "node:module";
import { resolve } from "node:path";
import { isInside } from "./configuration-files.mjs";
import { findTailwindConfig, readTailwindConfig } from "./tailwind-config.mjs";

const RELEASE = "tailwindcss-3";
const require = createRequire(import.meta.url);

/**
 * The plug-ins of PostCSS.
 *
 * @param project The folder around everything.
 * @param root Where the pages are.
 * @param options What the configuration of PostCSS says of it.
 * @param messages Told what of a configuration is not followed.
 */
export function tailwind3(project, root, options, messages) {
  pluginsFindIt();
  const named = typeof options.config === "string" ? resolve(root, options.config) : undefined;
  const file = named && isInside(project, named) ? named : findTailwindConfig(root, project);
  return [onlyOurs(messages), require(RELEASE)(readTailwindConfig(file, RELEASE, root, project, messages))];
}

/** Plug-ins ask for `tailwindcss`, whatever release they are run with. */
function pluginsFindIt() {
  const find = Module._resolveFilename;
  Module._resolveFilename = (name, ...more) => find(name.replace(/^tailwindcss(?=\/|$)/, RELEASE), ...more);
}

/** Styles may name configurations of their own: those would be run. */
function onlyOurs(messages) {
  return {
    postcssPlugin: "aethel:tailwind",
    Once(css) {
      css.walkAtRules("config", (rule) => {
        messages.leave("a style", "has @config");
        throw rule.error("@config is not followed in styles; tailwind.config beside package.json is");
      });
    },
  };
}
