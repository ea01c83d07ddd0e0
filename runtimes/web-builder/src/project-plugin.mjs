/** Plugins that keep a build within its project, and say what Vite would only stumble over. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const PREPROCESSED = /\.(styl|stylus|sss)(?:$|\?)/;
const PLAIN_STYLE = /\.(?:css|pcss|postcss)(?:$|\?)/;
const VARIABLE = /\bimport\.meta\.env\.([A-Za-z_]\w*)/;
const JSON_FILE = /\.json$/;
const SHADER = /\.(?:glsl|wgsl|vert|frag|vs|fs)$/;
const LANGUAGES = { styl: "Stylus", stylus: "Stylus", sss: "SugarSS" };
const FOR_THE_IDE = {
  "@aethel/api": "is for plug-ins of the editor; a game cannot use it: remove the import",
  "@aethel/engine":
    "is no package that exists: write against three.js or another library, or make a project in the engine's own format",
  "@aethel/core": "is for scripts of a project in the engine's own format, not for pages: remove the import",
  "@aethel/ui": "is for scripts of a project in the engine's own format, not for pages: remove the import",
};

/**
 * Everything that is bundled is a file of the project, or of ours.
 *
 * @param project The folder around the project.
 * @param publicDir Its folder of files that go out as they are; modules name these from the top.
 * @param own The folder of this template.
 * @param messages Told which styles there are.
 */
export function projectPlugin({ project, publicDir, own, messages }) {
  const inside = (folder) => new RegExp(`^${folder.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}/`);
  return {
    name: "aethel:project",
    enforce: "pre",
    resolveId: {
      filter: { id: /^@aethel\// },
      handler(id, importer) {
        const name = id.split("/").slice(0, 2).join("/");
        if (FOR_THE_IDE[name]) this.error({ message: `“${name}” ${FOR_THE_IDE[name]}`, id: importer, exporter: id });
      },
    },
    load: {
      filter: { id: { exclude: [inside(project), inside(own), /^\0/, /^virtual:/] } },
      handler(id) {
        if (!id.startsWith("/") || publicFile(publicDir, id.split("?")[0])) return;
        this.error(`“${relative(project, id)}” lies outside of the project; move it inside`);
      },
    },
    transform: {
      filter: { id: [PREPROCESSED, PLAIN_STYLE, JSON_FILE] },
      handler(code, id) {
        if (JSON_FILE.test(id)) checkJson(this, code, id);
        if (PLAIN_STYLE.test(id)) messages.styles.set(id, code);
        const kind = PREPROCESSED.exec(id)?.[1];
        if (kind) messages.leave(relative(project, id), `is written in ${LANGUAGES[kind]}`);
        if (kind) this.error(`${LANGUAGES[kind]} is not compiled here: compile it to CSS and import that`);
      },
    },
  };
}

/** A plugin that makes shaders texts, as the usual ones do. */
export function shaderPlugin() {
  return {
    name: "aethel:shaders",
    enforce: "pre",
    load: {
      filter: { id: SHADER },
      handler(id) {
        const code = `export default ${JSON.stringify(readFileSync(id, "utf8"))}`;
        return { code, map: { mappings: "" }, moduleType: "js" };
      },
    },
  };
}

/** A plugin that tells of variables which nobody has given a value: they are undefined in the page. */
export function variablesPlugin(messages) {
  let known = {};
  return {
    name: "aethel:variables",
    enforce: "pre",
    configResolved({ env, define }) {
      known = { ...env, ...define };
    },
    transform: {
      filter: { id: { exclude: /\/node_modules\// }, code: VARIABLE },
      handler(code, id) {
        for (const [whole, name] of code.matchAll(new RegExp(VARIABLE, "g"))) {
          if (!(name in known) && !(whole in known) && name !== "SSR") messages.unset(id, whole);
        }
      },
    },
  };
}

/** A plugin that leaves out imports which are known to lead nowhere, so that all others are found, too. */
export function missingPlugin(missing) {
  return {
    name: "aethel:missing",
    enforce: "pre",
    resolveId(id, importer) {
      return missing.has(`${importer} ${id}`) ? { id, external: true } : undefined;
    },
  };
}

/** The file of the public folder that a path from the top means, if there is one. */
export function publicFile(publicDir, path) {
  const file = publicDir ? join(publicDir, path) : "";
  return file.startsWith(`${publicDir}/`) && existsSync(file) ? file : undefined;
}

/** Vite's own message says neither the file nor the place. */
function checkJson(context, code, id) {
  try {
    JSON.parse(code.replace(/^\uFEFF/, "") || "null");
  } catch (error) {
    const at = Number(/position (\d+)/.exec(error.message)?.[1] ?? code.length);
    const before = code.slice(0, at).split("\n");
    const loc = { file: id, line: before.length, column: before.at(-1).length };
    context.error({ message: `is not valid JSON: ${error.message.split(" in JSON")[0]}`, id, loc });
  }
}
