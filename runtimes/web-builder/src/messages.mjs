/**
 * What Vite, Rolldown and the compilers say is put into one shape: file, line, column (from 1), text, and the code around it.
 *
 * Nothing names a place outside of the project: folders of this machine are taken out of every text.
 */
import { readFileSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { transform } from "lightningcss";

const MOST_TEXT = 400;
const MOST_TOLD = 1_000;
const AROUND = 1; // lines before and after
const MOST_COLUMNS = 100;
const MOST_BYTES = 2 << 20;
const LABEL = /\[ (\S.*?):(\d+):(\d+) \]/; // above the code that a compiler shows
const SASS = /^\s+(\S+\.s[ac]ss) (\d+):(\d+)\s/m; // below it
const UNRESOLVED = [
  /Could not resolve ['"](.+?)['"] in /,
  /^Failed to resolve (\S+) from /,
  /ENOENT: no such file or directory, open '(.+?)'/,
];
const VIRTUAL = /could not resolve "virtual:/;
const ENTRY = /^Cannot resolve entry module (.+?)\.?$/;
const NOT_EXPORTED = /^"([\w$]+)" is not exported by /;
const FOR_NODE = /^Module "(.+?)" has been externalized for browser compatibility/;
const BROKEN_TSCONFIG = /Failed to load tsconfig "(.+?)".*?message: "(.*?)", line: (\d+), column: (\d+)/;

/** Collects messages about the files of one project. */
export class Messages {
  constructor(project) {
    this.project = project;
    this.errors = [];
    this.warnings = [];
    this.styles = new Map(); // module -> its CSS
    this.undone = []; // what only the project's own tools do
  }

  /** An error of any of the tools, with all that are inside of it; `around` is where it came from. */
  failed(error, around = undefined) {
    const inner = Array.isArray(error?.errors) ? error.errors : [];
    if (inner.length) inner.forEach((one) => this.failed(one, error.id ?? around));
    else if (error?.plugin === "vite:css-post") this.#style(error);
    else this.#add(this.errors, this.#message(error, around));
  }

  /** A log of Rolldown's, or a text of Vite's. */
  warned(log) {
    this.#add(this.warnings, this.#message(typeof log === "string" ? { message: log.trim() } : log));
  }

  /** Something about a file as a whole. */
  warn(file, text) {
    this.#add(this.warnings, { file, line: 0, column: 0, text: this.clean(text), frame: "" });
  }

  /** Something in a file that is left to the project's own tools, where these may run. */
  leave(file, what) {
    this.undone.push(this.clean(`${file} ${what}`));
  }

  /** A variable that is used in a file, and set nowhere. */
  unset(id, name) {
    const file = this.file(id);
    const text = this.#read(file);
    const at = text.indexOf(name);
    const [line, column] = at < 0 ? [0, 0] : placeIn(text, at);
    const remedy = "set it in a .env file of the project, by a name that begins with VITE_";
    this.#add(this.warnings, { file, line, column, text: `“${name}” is undefined: ${remedy}`, frame: "" });
  }

  /** A path of a public file or folder that stays as a module has it. */
  fromTheTop(id, path) {
    const file = this.file(id);
    const text = this.#read(file);
    const at = text.indexOf(path);
    const [line, column] = at < 0 ? [0, 0] : placeIn(text, at);
    const remedy = "write it relative, or begin it with import.meta.env.BASE_URL";
    const told = `“${path}” begins with /, so it only works at the top of a host: ${remedy}`;
    this.#add(this.warnings, { file, line, column, text: told, frame: "" });
  }

  error(file, text) {
    this.#add(this.errors, { file, line: 0, column: 0, text: this.clean(text), frame: "" });
  }

  /** The text without colours and without folders of this machine. */
  clean(text) {
    const plain = stripVTControlCharacters(String(text));
    return plain.replaceAll(`${this.project}${sep}`, "").replaceAll(this.project, ".");
  }

  /** The path of a module as its maker knows it, or nothing. */
  file(id) {
    const path = String(id ?? "")
      .replace(/^\0+/, "")
      .split("?")[0];
    return path.startsWith(`${this.project}${sep}`) ? relative(this.project, path) : "";
  }

  #add(list, message) {
    if (VIRTUAL.test(message.text)) this.leave(message.file, "imports what a plug-in makes");

    const isNew = !list.some((known) => ["file", "line", "column", "text"].every((key) => known[key] === message[key]));
    if (isNew && list.length < MOST_TOLD) list.push(message);
  }

  #message(error, around) {
    const whole = stripVTControlCharacters(String(error?.message ?? error));
    const tsconfig = BROKEN_TSCONFIG.exec(whole);
    if (tsconfig) return this.#at(this.file(tsconfig[1]), Number(tsconfig[3]), Number(tsconfig[4]), tsconfig[2]);
    const label = LABEL.exec(whole) ?? SASS.exec(whole);
    const file =
      this.file(error?.loc?.file) ||
      this.file(error?.id) ||
      (label ? this.file(resolve(label[1])) : "") ||
      this.#namedIn(whole) ||
      this.file(around);
    const text = this.#text(error, whole);
    const line = isOfOtherCode(error, file) ? 0 : Number(error?.loc?.line) || Number(label?.[2]) || 0;
    if (line) return this.#at(file, line, label ? Number(label[3]) : (Number(error.loc.column) || 0) + 1, text);
    const exported = NOT_EXPORTED.exec(text)?.[1];
    return this.#at(
      file,
      ...(exported
        ? this.#placeOfName(file, exported)
        : this.#placeOf(file, /"(.+)"$/.exec(text)?.[1] ?? error?.exporter)),
      text,
    );
  }

  #at(file, line, column, text) {
    return {
      file,
      line,
      column,
      text: text.slice(0, MOST_TEXT),
      frame: file && line ? this.#frame(file, line, column) : "",
    };
  }

  /** The first paragraph that says something; codes of errors, frames and stacks say it again. */
  #text(error, whole) {
    const text = this.clean(whole);
    if (error?.code === "UNRESOLVED_IMPORT" && error.exporter)
      return `could not resolve ${JSON.stringify(error.exporter)}`;
    const entry = ENTRY.exec(text.replace(/^\[\w+\]\s*/, "").trim());
    if (entry) return `could not resolve ${JSON.stringify(`/${entry[1]}`)}`;
    for (const pattern of UNRESOLVED) {
      const found = pattern.exec(text);
      if (found) return `could not resolve ${JSON.stringify(found[1])}`;
    }
    const forNode = FOR_NODE.exec(text);
    if (forNode) return `imports “${forNode[1]}”, which only node has: in a browser it is empty`;
    const cause = /Caused by:\s*(?:0: )?(.*)/.exec(text);
    const lines = text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line && !/^(?:at |file: |\d+ ?[|│]|[|│╭╰┆·─]|>)/.test(line));
    const first = (lines[0] ?? "failed").replace(/^(?:\[[^\]]*\]\s*)+/, "").replace(/^Error:\s*/, "");
    return cause ? cause[1].trim() : first.replace(/ See http\S*.*$/, "");
  }

  /** The styles of a page are only joined and shortened at the end: which of them is broken is tried out. */
  #style(error) {
    const before = this.errors.length;
    for (const [id, code] of this.styles) {
      try {
        transform({ filename: id, code: Buffer.from(code), minify: true });
      } catch (fault) {
        this.#add(
          this.errors,
          this.#at(
            this.file(id),
            Number(fault?.loc?.line) || 0,
            Number(fault?.loc?.column) || 0,
            this.clean(fault?.message),
          ),
        );
      }
    }
    if (this.errors.length === before) this.#add(this.errors, this.#message({ message: error.message }));
  }

  #namedIn(text) {
    const at = text.indexOf(`${this.project}${sep}`);
    return at < 0 ? "" : this.file(/^[^\s:"'?()]*/.exec(text.slice(at))[0]);
  }

  /** Where a file names something in quotes. */
  #placeOf(file, name) {
    const text = file && name ? this.#read(file) : "";
    const found = [`"${name}"`, `'${name}'`, `\`${name}\``]
      .map((quoted) => text.indexOf(quoted))
      .filter((at) => at >= 0);
    return found.length ? placeIn(text, Math.min(...found)) : [0, 0];
  }

  /** Where a file names something that it imports. */
  #placeOfName(file, name) {
    const text = this.#read(file);
    const found = new RegExp(`(?<=[{,\\s])${name.replace(/[^\w]/g, "\\$&")}(?=[},\\s])`).exec(text);
    return found ? placeIn(text, found.index) : [0, 0];
  }

  #read(file) {
    try {
      const text = readFileSync(`${this.project}/${file}`, "utf8");
      return text.length > MOST_BYTES ? "" : text;
    } catch {
      return "";
    }
  }

  #frame(file, line, column) {
    const lines = this.#read(file).split(/\r?\n/);
    if (line > lines.length) return "";
    const first = Math.max(line - AROUND, 1);
    const last = Math.min(line + AROUND, lines.length - (lines.at(-1) ? 0 : 1));
    const width = String(last).length;
    const shown = [];
    for (let n = first; n <= last; n++) {
      shown.push(
        `${n === line ? ">" : " "} ${String(n).padStart(width)} | ${lines[n - 1].slice(0, MOST_COLUMNS)}`.trimEnd(),
      );
      if (n === line && column > 0 && column <= MOST_COLUMNS)
        shown.push(`  ${" ".repeat(width)} | ${" ".repeat(column - 1)}^`);
    }
    return shown.join("\n");
  }
}

/** Whether a place is one in what a compiler has made of a file: links are looked at only then. */
function isOfOtherCode(error, file) {
  return /^(?:UNRESOLVED_IMPORT|MISSING_EXPORT|IMPORT_IS_UNDEFINED)$/.test(error?.code ?? "") && !/\.m?js$/.test(file);
}

function placeIn(text, at) {
  const before = text.slice(0, at).split("\n");
  return [before.length, before.at(-1).length + 1];
}
