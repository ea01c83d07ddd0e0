import { clientError, type ExportError } from "../http/export-error.js";
import { matchesParts, namePattern, type Pieces } from "./globs.js";
import { composed } from "./paths.js";

/**
 * The patterns of an `.aethelignore`, in gitignore's syntax (`shared/domain/ignore_patterns.py` reads it in the same way).
 *
 * Own code, as well-known libraries do not tell which line has decided, which secrets need.
 */

export const IGNORE_FILE = ".aethelignore";
export const MAX_IGNORE_BYTES = 64 << 10;
const MAX_PATTERNS = 1_000;
const MAX_STEPS = 1 << 28; // patterns x letters of paths
const WILD = "*?[";

export interface Pattern {
  pieces: Pieces;
  /** It speaks of paths from the top; otherwise of names anywhere. */
  isAnchored: boolean;
  foldersOnly: boolean;
  /** A line with `!`. */
  takesBack: boolean;
  /** Its last part begins with a letter, so that its writer had one file in mind. */
  namesIt: boolean;
}

/** Whether a pattern speaks of the very path, not of what lies in it. */
export function speaksOf(pattern: Pattern, parts: readonly string[], isFolder: boolean): boolean {
  if (pattern.foldersOnly && !isFolder) return false;
  if (pattern.isAnchored) return matchesParts(parts, pattern.pieces);
  return pattern.pieces[0]?.(parts.at(-1) ?? "") ?? false;
}

/** The patterns of a file, in its order. Raises {@link ExportError} `ignore-file-invalid`. */
export function readPatterns(data: Uint8Array): Pattern[] {
  if (data.length > MAX_IGNORE_BYTES) {
    throw invalid(`has more than ${MAX_IGNORE_BYTES} bytes; use fewer, wider patterns`);
  }
  const patterns = textOf(data).split("\n").flatMap(patternOf);
  if (patterns.length > MAX_PATTERNS) throw invalid(`has more than ${MAX_PATTERNS} patterns; use fewer, wider ones`);
  return patterns;
}

/** Raise {@link ExportError} where so many patterns cannot be compared with so many paths. */
export function checkEffort(patterns: readonly Pattern[], paths: Iterable<string>): void {
  let letters = 0;
  for (const path of paths) letters += path.length;
  if (patterns.length * letters > MAX_STEPS) {
    throw invalid("has too many patterns for so many files; use fewer, wider ones");
  }
}

function textOf(data: Uint8Array): string {
  const encoding =
    data[0] === 0xff && data[1] === 0xfe ? "utf-16le" : data[0] === 0xfe && data[1] === 0xff ? "utf-16be" : "utf-8";
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(data);
  } catch {
    throw invalid("is no UTF-8 text: save it as UTF-8");
  }
  if (text.includes("\0")) throw invalid("is no UTF-8 text (it holds NUL bytes): save it as UTF-8");
  return text;
}

function patternOf(line: string): Pattern[] {
  let text = composed(line.replace(/\r$/, ""));
  while (text.endsWith(" ") && !text.endsWith("\\ ")) text = text.slice(0, -1);
  if (text === "" || text.startsWith("#")) return [];
  const takesBack = text.startsWith("!");
  if (takesBack) text = text.slice(1);
  const names = text.replace(/^\/+|\/+$/g, "").split("/");
  if (names.includes("")) return []; // nothing lies between two slashes
  const isAnchored = text.replace(/\/$/, "").includes("/");
  return [
    {
      pieces: names.map((name) => (name === "**" && isAnchored ? null : namePattern(withoutBackslashes(name)))),
      isAnchored,
      foldersOnly: text.endsWith("/"),
      takesBack,
      namesIt: !WILD.includes(names.at(-1)?.[0] ?? "*"),
    },
  ];
}

/** The same for `fnmatch`, which knows no backslash and has another sign for "none of". */
function withoutBackslashes(name: string): string {
  const plain = name.replace(/\\(.)/gsu, (_, letter: string) => (WILD.includes(letter) ? `[${letter}]` : letter));
  return plain.replaceAll("[^", "[!");
}

function invalid(reason: string): ExportError {
  return clientError("ignore-file-invalid", `${IGNORE_FILE} cannot be read`, `${IGNORE_FILE} ${reason}`, {
    status: 422,
  });
}
