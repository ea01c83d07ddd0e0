/** Names of public files that stand in modules as plain strings are made addresses, which hold in any folder. */
import { statSync } from "node:fs";
import { publicFile } from "./project-plugin.mjs";

const NAMED = /["'`]\/[^/"'`]/;
const MODULE = /\.(?:[cm]?[jt]sx?|vue|svelte)$/;
const COMMON_JS = /\brequire\s*\(|\bmodule\.exports\b|\bexports\.\w/;
const FOLDER = /^\/(?:[^/?#]+\/)+/;
const IN_MARKUP = /\b(?:src|href|poster)=["']?(\/[^"'\s>]+)/g;

/**
 * A plugin that imports public files which a module of the project names from the top.
 *
 * Vite leaves `"/logo.png"` as it stands, and no other folder of a host than its top has that file. What is put
 * together at run time (`/tiles/${n}.png`) and what stands in markup stays as it is, with a warning.
 *
 * @param publicDir The folder of public files, or false.
 * @param messages Told what stays.
 */
export function publicPathsPlugin({ publicDir, messages }) {
  return {
    name: "aethel:public-paths",
    transform: {
      filter: { id: { exclude: /\/node_modules\/|^\0/ }, code: NAMED },
      handler(code, id) {
        if (!publicDir || !messages.file(id) || !MODULE.test(id.split("?")[0])) return undefined;
        const { files, others } = namesIn(this.parse(code), publicDir);
        for (const path of others) messages.fromTheTop(id, path);
        if (!files.length) return undefined;
        if (COMMON_JS.test(code)) {
          for (const { path } of files) messages.fromTheTop(id, path);
          return undefined;
        }
        return { code: imported(code, files), map: null };
      },
    },
  };
}

/** Every string that is a public file's path; others that begin with a public folder's, or have one in their markup. */
function namesIn(program, publicDir) {
  const files = [];
  const others = new Set();
  const note = ({ start, end }, text, isWhole) => {
    if (isWhole && isFile(publicDir, text)) files.push({ start, end, path: text });
    else if (!isWhole || text.endsWith("/")) {
      const [folder] = FOLDER.exec(text) ?? [];
      if (folder && publicFile(publicDir, folder)) others.add(folder);
    }
    for (const [, path] of text.matchAll(IN_MARKUP)) if (isFile(publicDir, path)) others.add(path);
  };
  const waiting = [program];
  while (waiting.length) {
    const node = waiting.pop();
    if (node.type === "Literal" && typeof node.value === "string") note(node, node.value, true);
    else if (node.type === "TemplateLiteral") {
      const [first, ...rest] = node.quasis.map(({ value }) => value.cooked ?? "");
      note(node, first, !rest.length);
      for (const text of rest) note(node, `…${text}`, true); // it begins nothing
    }
    waiting.push(...children(node));
  }
  return { files: files.sort((a, b) => a.start - b.start), others };
}

/** What may hold a value: neither modules' own names, nor keys, nor tags, nor directives. */
function children(node) {
  const left = new Set(["source", "directive"]);
  if ((node.type === "Property" || node.type.endsWith("Definition")) && !node.computed) left.add("key");
  if (node.type === "TaggedTemplateExpression") left.add("quasi");
  if (node.type === "ExpressionStatement" && node.directive !== undefined) return [];
  return Object.entries(node)
    .filter(([name]) => !left.has(name))
    .flatMap(([, value]) => value)
    .filter((value) => typeof value?.type === "string");
}

function isFile(publicDir, path) {
  if (!path.startsWith("/") || /[\0?#]|\/$/.test(path)) return false;
  const file = publicFile(publicDir, path);
  return Boolean(file) && statSync(file).isFile();
}

/** The module with imports of these files in the places of their names. */
function imported(code, files) {
  const names = new Map([...new Set(files.map(({ path }) => path))].map((path, n) => [path, `__public_${n}__`]));
  const parts = [];
  let done = 0;
  for (const { start, end, path } of files) {
    parts.push(code.slice(done, start), `(${names.get(path)})`);
    done = end;
  }
  const imports = [...names].map(([path, name]) => `import ${name} from ${JSON.stringify(`${path}?url`)};`);
  return `${parts.join("")}${code.slice(done)}\n${imports.join("\n")}\n`;
}
