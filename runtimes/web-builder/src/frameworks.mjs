/**
 * Vue, Svelte, Sass and Less: their compilers are ours, so what they make runs on the release that comes with them.
 *
 * Both are loaded only where a project has such files. Nothing of a project's own packages is run.
 */
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Compilers of styles that Vite would take from the project, were they there. */
const STYLES = ["sass", "sass-embedded", "less", "stylus", "sugarss"];
const HERE = fileURLToPath(import.meta.url);

/**
 * The plugins that a project needs.
 *
 * @param job Which kinds of files it has.
 * @param config What its configuration asks for.
 * @param root Where its pages are.
 * @param messages Told where the project wants another release.
 */
export async function frameworks(job, config, root, messages) {
  withoutItsCompilers(root, job.project);
  const plugins = [];
  if (job.vue || config.plugins.has("vue")) {
    const [{ default: vue }, compiler] = await Promise.all([import("@vitejs/plugin-vue"), import("vue/compiler-sfc")]);
    plugins.push(ours("vue"), vue({ compiler }));
    compare("vue", root, job, messages);
  }
  if (job.svelte || config.plugins.has("svelte")) {
    const { svelte, vitePreprocess } = await import("@sveltejs/vite-plugin-svelte");
    plugins.push(ours("svelte"), svelte({ configFile: false, preprocess: vitePreprocess() }));
    compare("svelte", root, job, messages);
  }
  return plugins;
}

function withoutItsCompilers(root, project) {
  for (let folder = root; folder.startsWith(project); folder = dirname(folder)) {
    for (const name of STYLES) rmSync(join(folder, "node_modules", name), { recursive: true, force: true });
  }
}

/** Leads a package's name to our copy of it. */
function ours(name) {
  return {
    name: `aethel:${name}`,
    enforce: "pre",
    resolveId: {
      filter: { id: new RegExp(`^${name}(?:/|$)`) },
      handler(id) {
        return this.resolve(id, HERE, { skipSelf: true });
      },
    },
  };
}

/** Another major release is another language; another minor one is told. */
function compare(name, root, job, messages) {
  const wanted = installed(name, root, job.project) || majorOf(job.wanted[name]);
  const { version } = createRequire(import.meta.url)(`${name}/package.json`);
  const major = version.split(".")[0];
  if (!wanted || wanted === version || wanted === major) return;
  if (wanted.split(".")[0] === major) {
    messages.warn("package.json", `has ${name} ${wanted}; ${version} is used, which the compiler here goes with`);
  } else {
    messages.leave("package.json", `has ${name} ${wanted}`);
    messages.error(
      "package.json",
      `has ${name} ${wanted}, only ${name} ${major} is built here: upgrade it, or push what your own build has made`,
    );
  }
}

/** The major version that a range begins with. */
function majorOf(range) {
  return /\d+/.exec(range ?? "")?.[0] ?? "";
}

function installed(name, root, project) {
  for (let folder = root; folder.startsWith(project); folder = dirname(folder)) {
    try {
      return String(JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")).version);
    } catch {
      continue;
    }
  }
  return "";
}
