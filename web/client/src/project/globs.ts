/**
 * Patterns of names and paths, as Python's `fnmatch` and git read them (`shared/domain/globs.py`).
 *
 * They are followed step by step rather than made into regular expressions: no pattern takes long, however it is written.
 */

/** What is wanted at one place of a sequence; null stands for any number of places. */
type Wanted<Item> = ((item: Item) => boolean) | null;

/** One for each part of a path. */
export type Pieces = readonly Wanted<string>[];

/** Whether pieces name the very path; `**` at the end stands for one part at least. */
export function matchesParts(parts: readonly string[], pieces: Pieces): boolean {
  return fits(parts, pieces, pieces.at(-1) === null);
}

/** The test for a name: `*` any letters, `?` one, `[…]` one of these, `[!…]` one of the others. */
export function namePattern(pattern: string): (name: string) => boolean {
  const letters = Array.from(pattern);
  const wanted: Wanted<string>[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] ?? "";
    const end = letter === "[" ? endOfSet(letters, at + 1) : -1;
    if (letter === "*") wanted.push(null);
    else if (letter === "?") wanted.push(() => true);
    else if (end !== -1) wanted.push(oneOf(letters.slice(at + 1, end)));
    else wanted.push((other) => other === letter);
    at = Math.max(at, end);
  }
  return (name) => fits(Array.from(name), wanted, false);
}

/**
 * Whether a sequence is what is wanted.
 *
 * What stands between two nulls is taken where it first fits: no other place leaves more for what follows, so that only the last null is ever
 * tried again, further on.
 */
function fits<Item>(items: readonly Item[], wanted: readonly Wanted<Item>[], lastTakesSome: boolean): boolean {
  let at = 0;
  let step = 0;
  let again: [at: number, step: number] | null = null; // behind the last null
  while (step < wanted.length || at < items.length) {
    const test = wanted[step];
    if (test === null) {
      step += 1;
      again = [at, step];
      if (step === wanted.length) return !lastTakesSome || at < items.length;
    } else if (at === items.length) {
      return false;
    } else if (test?.(items[at] as Item)) {
      at += 1;
      step += 1;
    } else if (again === null) {
      return false;
    } else {
      again = [again[0] + 1, again[1]];
      [at, step] = again;
    }
  }
  return true;
}

/** Where a set that begins behind `[` ends; -1: it does not, and the bracket is a letter. */
function endOfSet(letters: readonly string[], from: number): number {
  let at = from;
  if (letters[at] === "!") at += 1;
  if (letters[at] === "]") at += 1;
  return letters.indexOf("]", at);
}

function oneOf(content: readonly string[]): (letter: string) => boolean {
  const isNegated = content[0] === "!";
  const ranges = rangesOf(isNegated ? content.slice(1) : content);
  return (letter) => {
    const code = codeOf(letter);
    return ranges.some(([first, last]) => first <= code && code <= last) !== isNegated;
  };
}

/** The letters and ranges of a set; a range that runs backwards holds nothing. */
function rangesOf(content: readonly string[]): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (let at = 0; at < content.length; at += 1) {
    const isRange = content[at + 1] === "-" && at + 2 < content.length;
    const last = at + (isRange ? 2 : 0);
    ranges.push([codeOf(content[at]), codeOf(content[last])]);
    at = last;
  }
  return ranges;
}

function codeOf(letter: string | undefined): number {
  return letter?.codePointAt(0) ?? 0;
}
