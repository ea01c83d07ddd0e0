/** From a line of the bundle to the line that somebody wrote (ECMA-426 source maps): a chunk of its own, for debug builds. */

interface SourceMap {
  sources: string[];
  sourceRoot?: string;
  mappings: string;
}

export interface Place {
  file: string;
  line: number;
  column: number;
}

const maps = new Map<string, Promise<SourceMap>>();

/** The place of the first frame of `stack` that lies in the bundle of the map at `mapUrl`; null when none does. */
export async function originalPlace(stack: string, mapUrl: string): Promise<Place | null> {
  const frame = frameIn(stack, mapUrl.replace(/\.map$/, ""));
  if (!frame) return null;
  let map = maps.get(mapUrl);
  if (!map) maps.set(mapUrl, (map = fetch(mapUrl).then((answer) => answer.json() as Promise<SourceMap>)));
  const place = lookUp(await map, frame.line, frame.column);
  return place && { ...place, file: fromPage(place.file, mapUrl) };
}

/** Sources are named from where the map lies; people know them from where the game lies. */
function fromPage(source: string, mapUrl: string): string {
  const [path, base] = [new URL(source, mapUrl), new URL(".", document.baseURI)].map(({ pathname }) =>
    decodeURI(pathname),
  ) as [string, string];
  return path.startsWith(base) ? path.slice(base.length) : source;
}

/** Chrome: `at f (url:line:column)`; Firefox and Safari: `f@url:line:column`. Both count from 1. */
export function frameIn(stack: string, bundleUrl: string): { line: number; column: number } | null {
  for (const row of stack.split("\n")) {
    const at = row.indexOf(`${bundleUrl}:`);
    if (at < 0) continue;
    const match = /^(\d+):(\d+)/.exec(row.slice(at + bundleUrl.length + 1));
    if (match) return { line: Number(match[1]), column: Number(match[2]) };
  }
  return null;
}

/** `line` and `column` from 1, as are those of the answer. */
export function lookUp(map: SourceMap, line: number, column: number): Place | null {
  let [source, sourceLine, sourceColumn] = [0, 0, 0];
  let found: Place | null = null;
  const rows = map.mappings.split(";");
  for (let row = 0; row < Math.min(line, rows.length); row++) {
    let generated = 0;
    for (const segment of (rows[row] as string).split(",")) {
      const fields = decodeVlq(segment);
      if (fields.length < 4) continue;
      generated += fields[0] as number;
      source += fields[1] as number;
      sourceLine += fields[2] as number;
      sourceColumn += fields[3] as number;
      if (row === line - 1 && generated <= column - 1) {
        found = { file: sourceAt(map, source), line: sourceLine + 1, column: sourceColumn + 1 };
      }
    }
  }
  return found;
}

function sourceAt({ sources, sourceRoot }: SourceMap, index: number): string {
  return `${sourceRoot ?? ""}${sources[index] ?? ""}`.replace(/^(\.\.?\/)+/, "");
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function decodeVlq(text: string): number[] {
  const values: number[] = [];
  let [value, shift] = [0, 0];
  for (const digit of text) {
    const bits = DIGITS.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    values.push(value & 1 ? -(value >> 1) : value >> 1);
    value = shift = 0;
  }
  return values;
}
