/**
 * Tailwind 4: its compiler makes styles of the classes that its scanner finds in the project.
 *
 * What styles import is read in the project alone; plug-ins are ours by name, and configurations are read, never run.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix, relative, resolve } from "node:path";
import { transform } from "lightningcss";
import { createIdResolver } from "vite";
import { isInside } from "./configuration-files.mjs";
import { PLUGINS, readTailwindConfig, staysIn } from "./tailwind-config.mjs";

const RELEASE = "tailwindcss";
const STYLE = /\.(?:css|pcss|postcss)(?:$|\?)|[?&]lang\.(?:css|pcss|postcss)/;
const PREPROCESSED = /\.(?:scss|sass|less)(?:$|\?)|[?&]lang\.(?:scss|sass|less)/;
const NO_STYLE = /[?&](?:raw|url|worker|sharedworker)\b/;
const ANY =
  /@(?:import|tailwind|theme|apply|source|plugin|config|utility|variant|custom-variant|reference)\b|--(?:alpha|spacing)\(|theme\(/;
const CERTAIN = /@tailwind\s|@apply\s|@import\s+(?:url\()?["']tailwindcss/;
const OURS = /^tailwindcss(?:\/(index|preflight|theme|utilities)(?:\.css)?)?$/;
const URL = /url\(\s*(["']?)(\.[^"')]+)\1\s*\)/g;
const QUOTED = /`([^`]+)`/;
// Browsers that Tailwind 4 is for: nesting and the like are written out where these need it.
const BROWSERS = {
  safari: (16 << 16) | (4 << 8),
  ios_saf: (16 << 16) | (4 << 8),
  firefox: 128 << 16,
  chrome: 111 << 16,
};
const require = createRequire(import.meta.url);

/** A plug-in of Vite's; `root` is where the pages are. */
export async function tailwind4({ project, root, messages }) {
  const [{ compile, Features }, { Scanner }] = await Promise.all([import(RELEASE), import("@tailwindcss/oxide")]);
  const used = Features.AtApply | Features.JsPluginCompat | Features.ThemeFunction | Features.Utilities;
  let resolver;
  return {
    name: "aethel:tailwind",
    enforce: "pre",
    configResolved(config) {
      const options = {
        extensions: [".css"],
        mainFields: ["style"],
        conditions: ["style", "production"],
        tryIndex: false,
      };
      resolver = createIdResolver(config, { ...options, preferRelative: true });
    },
    transform: {
      filter: { id: { include: [STYLE, PREPROCESSED], exclude: NO_STYLE }, code: ANY },
      async handler(code, id) {
        if (!STYLE.test(id)) {
          if (CERTAIN.test(code))
            this.error("Tailwind 4 does not go with Sass or Less: write what uses it into a .css file");
          return undefined;
        }
        const file = id.split("?")[0];
        const find = (name, base) => resolver(this.environment, name, join(base, "_.css"));
        const sheets = new Sheets({ project, root, file, messages, find });
        sheets.texts.set(file, code);
        try {
          const compiler = await compile(code, { from: file, base: dirname(file), ...sheets.loaders });
          if (!(compiler.features & used)) return sheets.read ? { code: compiler.build([]), map: null } : undefined;
          const classes = new Scanner({ sources: sheets.sources(compiler) }).scan();
          return { code: written(compiler.build(classes), file), map: null };
        } catch (error) {
          return this.error({ message: error.message, id, ...sheets.place(error) });
        }
      },
    },
  };
}

/** As browsers read it; Vite shortens it with all other styles. */
function written(code, filename) {
  const { code: made } = transform({
    filename,
    code: Buffer.from(code),
    drafts: { customMedia: true },
    nonStandard: { deepSelectorCombinator: true },
    targets: BROWSERS,
    errorRecovery: true,
  });
  return made.toString();
}

/** The styles, plug-ins and configurations that one style leads to. */
class Sheets {
  constructor(about) {
    Object.assign(this, about);
    this.texts = new Map(); // by file, for places of errors
  }

  /** Whether any other style was read. */
  get read() {
    return this.texts.size > 1;
  }

  get loaders() {
    return {
      loadStylesheet: (name, base) => this.#style(name, base),
      loadModule: (name, base, kind) => this.#module(name, base, kind),
    };
  }

  /** Where classes are looked for: what the style says, else the whole project. */
  sources({ root, sources }) {
    const first = root === null ? { base: this.root, pattern: "**/*" } : root;
    const all = [...(first === "none" ? [] : [{ ...first, negated: false }]), ...sources];
    return all.filter(({ base, pattern }) => {
      const stays = staysIn(this.project, base, pattern);
      if (!stays)
        this.messages.warn(
          this.#name(this.file),
          `@source “${pattern}” leads out of the project: nothing is looked for there`,
        );
      return stays;
    });
  }

  /** Where the name that a message is about stands. */
  place(error) {
    const name = QUOTED.exec(error.message)?.[1];
    for (const [file, text] of name ? this.texts : []) {
      const at = text.indexOf(name);
      const before = text.slice(0, at).split("\n");
      if (at >= 0) return { id: file, loc: { file, line: before.length, column: before.at(-1).length } };
    }
    return {};
  }

  async #style(name, base) {
    const path = await this.#found(name, base);
    const text = readFileSync(path, "utf8");
    this.texts.set(path, text);
    return { path, base: dirname(path), content: moved(text, dirname(path), dirname(this.file)) };
  }

  async #found(name, base) {
    const ours = OURS.exec(name);
    if (ours) return join(dirname(require.resolve(`${RELEASE}/package.json`)), `${ours[1] ?? "index"}.css`);
    const path = await this.find(name, base);
    const top = join(this.root, name);
    const found = [path, name.startsWith("/") ? top : undefined, resolve(base, name)].find(isFile);
    if (!found) throw new Error(`could not resolve "${name}"`);
    if (!isInside(this.project, found))
      throw new Error(`imports \`${name}\`, which lies outside of the project; move it inside`);
    return found;
  }

  async #module(name, base, kind) {
    if (kind === "plugin") {
      if (!PLUGINS.has(name)) this.messages.leave(this.#name(this.file), `has @plugin ${name}`);
      if (!PLUGINS.has(name)) throw new Error(`@plugin \`${name}\` is not run here; ${REMEDY}`);
      return { path: name, base, module: require(name) };
    }
    const path = resolve(base, name);
    if (!isInside(this.project, path) || !isFile(path))
      throw new Error(`@config \`${name}\`: there is no such file in the project`);
    return {
      path,
      base: dirname(path),
      module: readTailwindConfig(path, RELEASE, this.root, this.project, this.messages),
    };
  }

  #name(file) {
    return relative(this.project, file);
  }
}

const REMEDY = `these are: ${[...PLUGINS].join(", ")}. Write what it adds with @utility, @variant and @theme, or let Tailwind's own command write one CSS file`;

function isFile(path) {
  return path !== undefined && existsSync(path) && statSync(path).isFile();
}

/** A style that becomes part of one in another folder: its relative addresses lead there from here. */
function moved(text, from, to) {
  if (from === to) return text;
  const prefix = relative(to, from);
  return text.replace(URL, (_whole, quote, path) => {
    const target = posix.join(prefix, path);
    return `url(${quote}${target.startsWith(".") ? target : `./${target}`}${quote})`;
  });
}
