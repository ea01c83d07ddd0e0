import { IGNORE_FILE, speaksOf, type Pattern } from "./ignore-patterns.js";
import { MAX_FOLDERS } from "./paths.js";
import { shown } from "./visible-text.js";

/** What of a folder is no part of a game and stays at home (`shared/domain/private_files.py` holds the same rule). */

export type LeftOutCode =
  | "left-out-clutter"
  | "left-out-secret"
  | "left-out-packages"
  | "left-out-ignored"
  | "left-out-link"
  | "left-out-special";

/** A file that is not sent, or a folder with all that lies in it: its path ends in `/`. */
export interface LeftOut {
  path: string;
  code: LeftOutCode;
  /** What stands against it, a sentence without its subject. */
  reason: string;
  /** What to do to send it all the same; null where nothing helps. */
  remedy: string | null;
  /** What in it looks like a secret; null: its name does, or it is none. */
  found: string | null;
}

const CLUTTER =
  /^(?:\.git|\.svn|\.hg|\.bzr|__macosx|\.ds_store|thumbs\.db|ehthumbs\.db|desktop\.ini|\._.*|\.aethelignore)$/;
const ENVIRONMENT = /^\.env(rc)?([._-].*)?$/;
const SECRETS = new RegExp(
  "^(?:" +
    [
      "\\.npmrc|\\.netrc|_netrc|\\.pypirc|\\.htpasswd|\\.git-credentials|\\.vault[-_]?token",
      "\\.aws|\\.ssh|\\.gnupg|\\.kube|\\.azure|\\.dockercfg",
      "id_(rsa|dsa|ecdsa|ed25519)([._-].*)?(?<!\\.pub)",
      ".*\\.(p12|pfx|jks|keystore|mobileprovision|ppk|kdbx)",
      "(.*[._-])?service[._-]?account([._-].*)?\\.json",
      "(.*[._-])?(client_secret|credentials)([._-].*)?\\.json",
    ].join("|") +
    ")$",
);
const PACKAGES = "node_modules";
const LONGEST = 512; // letters of a path that are looked at: no project has longer ones

/** Judges the paths of one folder by names and by the patterns of its `.aethelignore`. */
export class HomeRule {
  readonly #patterns: readonly Pattern[];
  readonly #folders = new Map<string, LeftOut | null>();

  constructor(patterns: readonly Pattern[] = []) {
    this.#patterns = patterns.toReversed(); // the last one that speaks of a path decides
  }

  /** What stays at home of a file's path: itself, or a folder around it; null: it goes. */
  staysHome(path: string): LeftOut | null {
    const parts = Array.from(path).slice(0, LONGEST).join("").split("/");
    for (let depth = 1; depth < Math.min(parts.length, MAX_FOLDERS + 1); depth += 1) {
      const found = this.folderStaysHome(parts.slice(0, depth).join("/"));
      if (found) return found;
    }
    return this.#judged(parts, false);
  }

  /** The folder, where all that lies in it stays at home; those around it do not. */
  folderStaysHome(path: string): LeftOut | null {
    let found = this.#folders.get(path);
    if (found === undefined) {
      found = this.#judged(path.split("/"), true);
      this.#folders.set(path, found);
    }
    return found;
  }

  /** Whether a line takes this very file along, and not all files by a `*`. */
  asksFor(path: string): boolean {
    return this.#answer(path.split("/"), false) === "named";
  }

  #judged(parts: readonly string[], isFolder: boolean): LeftOut | null {
    const path = parts.join("/") + (isFolder ? "/" : "");
    const byName = kindOf(parts);
    if (byName === "left-out-clutter") return leftOut(path, byName);
    const answer = this.#answer(parts, isFolder);
    if (answer === "left-out") return leftOut(path, "left-out-ignored");
    if (answer === "named" || (answer === "taken-back" && byName === "left-out-packages")) return null;
    return byName && leftOut(path, byName);
  }

  /** The last pattern that speaks of the path decides, as git has it. */
  #answer(parts: readonly string[], isFolder: boolean): "none" | "left-out" | "taken-back" | "named" {
    let answer: "none" | "taken-back" = "none";
    for (const pattern of this.#patterns) {
      if (!speaksOf(pattern, parts, isFolder)) continue;
      if (!pattern.takesBack) return answer === "none" ? "left-out" : answer;
      if (pattern.namesIt) return "named";
      answer = "taken-back";
    }
    return answer;
  }
}

/** Tell what stays at home, why, and what helps. */
export function leftOut(path: string, code: LeftOutCode, found: string | null = null): LeftOut {
  const takeBack = `a line ${lineFor(path)} in ${IGNORE_FILE} takes it along`;
  switch (code) {
    case "left-out-clutter":
      return { path, code, found, reason: "is no part of a game", remedy: null };
    case "left-out-ignored":
      return {
        path,
        code,
        found,
        reason: `is named in ${IGNORE_FILE}`,
        remedy: `change the line of ${IGNORE_FILE} that names it`,
      };
    case "left-out-packages":
      return { path, code, found, reason: "holds packages, which are installed at export", remedy: takeBack };
    case "left-out-link":
      return { path, code, found, reason: "is a link", remedy: "put what it leads to in its place" };
    case "left-out-special":
      return { path, code, found, reason: "is no file, but a pipe or a device", remedy: null };
    case "left-out-secret":
      return {
        path,
        code,
        found,
        reason: found === null ? "looks like a secret by its name" : `holds what looks like ${found}`,
        remedy: `${found === null ? "" : "take that out of it, or, "}if everybody may read it, ${takeBack}`,
      };
  }
}

function lineFor(path: string): string {
  return `!${shown(path).replace(/[*?[\\]/g, "\\$&")}`;
}

function kindOf(parts: readonly string[]): LeftOutCode | null {
  const name = foldName(parts.at(-1) ?? "");
  if (CLUTTER.test(name)) return "left-out-clutter";
  if (SECRETS.test(name) || ENVIRONMENT.test(name)) return "left-out-secret";
  if (name === "config.json" && parts.length > 1 && foldName(parts.at(-2) ?? "") === ".docker")
    return "left-out-secret";
  return name === PACKAGES ? "left-out-packages" : null;
}

function foldName(name: string): string {
  return name.toLowerCase().toUpperCase().toLowerCase();
}
