/**
 * A camera path: `{"keys": [{"t", "position", "target", "fov"?}], "ease"?: "smooth" | "linear"}`. Times are seconds of the game, positions in
 * world space, `fov` in degrees, vertical. A smooth path goes through all keys by a Catmull-Rom spline, whose speed at a key follows from the
 * times of its neighbours; before the first key and after the last one it stands still.
 */

type Triple = readonly [number, number, number];

export interface CameraView {
  position: Triple;
  target: Triple;
  /** Degrees; null: as wide as the game's own camera. */
  fov: number | null;
}

interface Key extends CameraView {
  t: number;
}

export class CameraPath {
  private constructor(
    private readonly keys: readonly Key[],
    private readonly smooth: boolean,
  ) {}

  /** Reads a path; throws with what is wrong with it, and where. */
  static read(text: string, path: string): CameraPath {
    const refuse = (what: string): never => {
      throw new Error(`film: camera path ${path}: ${what}`);
    };
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      return refuse(`is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
    }
    const { keys, ease = "smooth" } = (parsed ?? {}) as { keys?: unknown; ease?: unknown };
    if (!Array.isArray(keys) || keys.length === 0) return refuse("has no “keys”, a list with at least one key.");
    if (ease !== "smooth" && ease !== "linear")
      return refuse(`“ease” is smooth or linear, not ${JSON.stringify(ease)}.`);
    const read = keys.map((key: unknown, index) => readKey(key, (what) => refuse(`keys[${index}]: ${what}`)));
    read.forEach(({ t }, index) => {
      if (index > 0 && t <= (read[index - 1] as Key).t)
        refuse(`keys[${index}]: “t” has to be later than the key before.`);
    });
    return new CameraPath(read, ease === "smooth");
  }

  /** From where the game is seen at a time, seconds. */
  at(t: number): CameraView {
    const { keys } = this;
    const next = keys.findIndex((key) => key.t > t);
    if (next === 0) return viewAt(keys[0] as Key);
    if (next < 0) return viewAt(keys.at(-1) as Key);
    const [from, to] = [keys[next - 1] as Key, keys[next] as Key];
    const share = (t - from.t) / (to.t - from.t);
    const around = [keys[next - 2] ?? null, from, to, keys[next + 1] ?? null] as const;
    const blend = (read: (key: Key) => number): number => {
      if (!this.smooth) return read(from) + (read(to) - read(from)) * share;
      return spline(around, read, share);
    };
    const place = (name: "position" | "target"): Triple => [
      blend((key) => key[name][0]),
      blend((key) => key[name][1]),
      blend((key) => key[name][2]),
    ];
    const known = around.filter((key) => key !== null).every(({ fov }) => fov !== null);
    const fov = known ? blend((key) => key.fov as number) : from.fov;
    return { position: place("position"), target: place("target"), fov };
  }
}

function viewAt({ position, target, fov }: Key): CameraView {
  return { position, target, fov };
}

/** A cubic Hermite spline; the slope at a key is that from the key before it to the key after it. */
function spline(
  [before, from, to, after]: readonly [Key | null, Key, Key, Key | null],
  read: (key: Key) => number,
  share: number,
): number {
  const slope = (a: Key, b: Key): number => (read(b) - read(a)) / (b.t - a.t);
  const length = to.t - from.t;
  const m0 = slope(before ?? from, to) * length;
  const m1 = slope(from, after ?? to) * length;
  const [s2, s3] = [share ** 2, share ** 3];
  return (
    (2 * s3 - 3 * s2 + 1) * read(from) + (s3 - 2 * s2 + share) * m0 + (3 * s2 - 2 * s3) * read(to) + (s3 - s2) * m1
  );
}

function readKey(key: unknown, refuse: (what: string) => never): Key {
  const { t, position, target, fov } = (key ?? {}) as Record<string, unknown>;
  if (!isNumber(t) || t < 0) refuse("“t” has to be a time in seconds, at least 0.");
  if (!isTriple(position)) refuse("“position” has to be [x, y, z].");
  if (!isTriple(target)) refuse("“target” has to be [x, y, z].");
  if (position.every((value, axis) => value === target[axis])) refuse("“target” is where “position” is.");
  if (fov !== undefined && fov !== null && (!isNumber(fov) || fov <= 0 || fov >= 180))
    refuse("“fov” has to be between 0 and 180 degrees.");
  return { t: t as number, position, target, fov: (fov as number | null | undefined) ?? null };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isTriple(value: unknown): value is Triple {
  return Array.isArray(value) && value.length === 3 && value.every(isNumber);
}
