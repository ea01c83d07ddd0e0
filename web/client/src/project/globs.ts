/** Patterns of one part of a path, as Python's `fnmatch` reads them, and how they name a path (`shared/domain/globs.py`). */

/** One for each part of a path; null stands for any number of parts. */
export type Pieces = readonly (RegExp | null)[];

/**
 * Whether pieces name the very path.
 *
 * What stands between two `**` is taken where it first fits, so that only the last `**` is ever tried again: no pattern takes long.
 */
export function matchesParts(parts: readonly string[], pieces: Pieces): boolean {
  let at = 0;
  let piece = 0;
  let again: [part: number, piece: number] | null = null; // behind the last `**`
  while (piece < pieces.length || at < parts.length) {
    const wanted = pieces[piece];
    if (wanted === null) {
      piece += 1;
      again = [at, piece];
      if (piece === pieces.length) return at < parts.length;
    } else if (at === parts.length) {
      return false;
    } else if (wanted?.test(parts[at] ?? "")) {
      at += 1;
      piece += 1;
    } else if (again === null) {
      return false;
    } else {
      again = [again[0] + 1, again[1]];
      [at, piece] = again;
    }
  }
  return true;
}

/** The expression for a name: `*` any letters, `?` one, `[…]` one of these, `[!…]` one of the others. */
export function nameExpression(pattern: string): RegExp {
  const letters = Array.from(pattern);
  const tokens: string[] = [];
  for (let at = 0; at < letters.length;) {
    const letter = letters[at] ?? "";
    at += 1;
    if (letter === "*") {
      if (tokens.at(-1) !== ANY) tokens.push(ANY);
    } else if (letter === "?") {
      tokens.push(".");
    } else if (letter === "[") {
      const end = endOfSet(letters, at);
      tokens.push(end === -1 ? "\\[" : setExpression(letters, at, end));
      if (end !== -1) at = end + 1;
    } else {
      tokens.push(escaped(letter));
    }
  }
  return new RegExp(`^${withoutSecondTries(tokens)}$`, "su");
}

const ANY = "*";

/** Each run behind a `*` is taken where it first fits, for good: a pattern of many `*` would take for ever otherwise. */
function withoutSecondTries(tokens: readonly string[]): string {
  const runs = tokens
    .join("\0")
    .split(`${ANY}`)
    .map((run) => run.replaceAll("\0", ""));
  const [first = "", ...others] = runs;
  const last = others.pop();
  if (last === undefined) return first;
  const middle = others.map((run, at) => `(?=(?<r${at}>.*?${run}))\\k<r${at}>`);
  return `${first}${middle.join("")}.*${last}`;
}

/** Where a set that begins behind `[` ends; -1: it does not, and the bracket is a letter. */
function endOfSet(letters: readonly string[], from: number): number {
  let at = from;
  if (letters[at] === "!") at += 1;
  if (letters[at] === "]") at += 1;
  return letters.indexOf("]", at);
}

function setExpression(letters: readonly string[], from: number, end: number): string {
  const negated = letters[from] === "!";
  const content = letters.slice(negated ? from + 1 : from, end);
  const members = membersOf(content);
  if (members === "") return negated ? "." : "(?!)"; // nothing but empty ranges
  return `[${negated ? "^" : ""}${members}]`;
}

/** The letters and ranges of a set; a range that runs backwards holds nothing. */
function membersOf(content: readonly string[]): string {
  const members: string[] = [];
  for (let at = 0; at < content.length; at += 1) {
    const first = content[at] ?? "";
    const last = content[at + 2];
    if (content[at + 1] === "-" && last !== undefined) {
      if (codeOf(first) <= codeOf(last)) members.push(`${escaped(first)}-${escaped(last)}`);
      at += 2;
    } else {
      members.push(escaped(first));
    }
  }
  return members.join("");
}

function codeOf(letter: string): number {
  return letter.codePointAt(0) ?? 0;
}

function escaped(letter: string): string {
  return letter.replace(/[\\^$.*+?()[\]{}|/-]/u, (found) => (found === "-" ? "\\x2d" : `\\${found}`));
}
