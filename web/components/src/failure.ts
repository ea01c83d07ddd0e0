/**
 * What a failed export says, taken apart for people to read.
 *
 * The service sends one text: a sentence, then each thing that has to be changed on a line of its own, which begins with its place and may be
 * followed by the lines of code around it:
 *
 *     one thing has to be changed before this project can be exported:
 *     - scripts/main.ts:3:7: expected ";"
 *         3 | const speed = 4 4
 */

/** Where something has to be changed. */
export interface Place {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** Into the JSON of the file: `$.entities[3].parentId`. */
  readonly path: string | null;
}

/** One thing that has to be changed; `place` is null where it is of no one file. */
export interface Finding {
  readonly place: Place | null;
  readonly message: string;
  /** The lines of code around the place; empty where there are none. */
  readonly code: string;
}

export interface Failure {
  /** The sentence before the findings, or the whole text where there are none. */
  readonly lead: string;
  readonly findings: readonly Finding[];
  /** What follows the findings: how many more there are. */
  readonly rest: string;
}

const ITEM = "- ";
const CODE = "    ";
const PLACE =
  /^(?<file>(?!\s).{1,512}?\.\w{1,16})(?::(?<line>\d{1,9}))?(?::(?<column>\d{1,9}))?(?: (?<path>\$[^:]*))?: (?<message>.+)$/s;

/** The parts of a failure's text. */
export function failureOf(error: string): Failure {
  const lines = error.split("\n");
  const first = lines.findIndex((line) => line.startsWith(ITEM));
  if (first < 0) return withoutList(error);
  const findings: { text: string; code: string[] }[] = [];
  const rest: string[] = [];
  for (const line of lines.slice(first)) {
    if (line.startsWith(ITEM)) findings.push({ text: line.slice(ITEM.length), code: [] });
    else if (line.startsWith(CODE)) findings.at(-1)?.code.push(line.slice(CODE.length));
    else rest.push(line);
  }
  return {
    lead: capitalized(lines.slice(0, first).join("\n")),
    findings: findings.map(({ text, code }) => findingOf(text, code.join("\n"))),
    rest: rest.join("\n"),
  };
}

/** A failure of one thing alone may begin with its file. */
function withoutList(error: string): Failure {
  const finding = findingOf(error, "");
  return finding.place === null
    ? { lead: capitalized(error), findings: [], rest: "" }
    : { lead: "", findings: [finding], rest: "" };
}

function findingOf(text: string, code: string): Finding {
  const { file, line, column, path, message } = PLACE.exec(text)?.groups ?? {};
  if (file === undefined) return { place: null, message: capitalized(text), code };
  const place = { file, line: numberOf(line), column: numberOf(column), path: path ?? null };
  return { place, message: capitalized(message!), code };
}

function numberOf(digits: string | undefined): number | null {
  return digits === undefined ? null : Number(digits);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
