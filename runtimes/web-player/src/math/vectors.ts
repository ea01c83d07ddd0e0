/** Vectors and colours as scene files write them: `{x, y, z}` or `[x, y, z]`, numbers or texts. */

export interface Vec3 {
  x: number;
  y: number;
  z: number;
}

export interface Quat extends Vec3 {
  w: number;
}

const ZERO: Vec3 = { x: 0, y: 0, z: 0 };

export function readNumber(value: unknown, fallback: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

export function readVec3(value: unknown, fallback: Vec3 = ZERO): Vec3 {
  if (typeof value === "number") return { x: value, y: value, z: value };
  if (value === null || typeof value !== "object") return { ...fallback };
  const { x, y, z } = Array.isArray(value) ? { x: value[0], y: value[1], z: value[2] } : (value as Partial<Vec3>);
  return { x: readNumber(x, fallback.x), y: readNumber(y, fallback.y), z: readNumber(z, fallback.z) };
}

/** A quaternion of length 1; one of length 0 is no rotation. */
export function readQuat(value: unknown): Quat {
  const given = value !== null && typeof value === "object" ? value : {};
  const { x, y, z, w } = Array.isArray(given)
    ? { x: given[0], y: given[1], z: given[2], w: given[3] }
    : (given as Partial<Quat>);
  const q = { x: readNumber(x, 0), y: readNumber(y, 0), z: readNumber(z, 0), w: readNumber(w, 1) };
  const length = Math.hypot(q.x, q.y, q.z, q.w);
  return length > 1e-9
    ? { x: q.x / length, y: q.y / length, z: q.z / length, w: q.w / length }
    : { x: 0, y: 0, z: 0, w: 1 };
}

const DEGREE = Math.PI / 180;

/** Euler angles in degrees, order XYZ, to a quaternion (as three.js does it). */
export function quatFromDegrees({ x, y, z }: Vec3): Quat {
  const [c1, c2, c3] = [Math.cos((x * DEGREE) / 2), Math.cos((y * DEGREE) / 2), Math.cos((z * DEGREE) / 2)];
  const [s1, s2, s3] = [Math.sin((x * DEGREE) / 2), Math.sin((y * DEGREE) / 2), Math.sin((z * DEGREE) / 2)];
  return {
    x: s1 * c2 * c3 + c1 * s2 * s3,
    y: c1 * s2 * c3 - s1 * c2 * s3,
    z: c1 * c2 * s3 + s1 * s2 * c3,
    w: c1 * c2 * c3 - s1 * s2 * s3,
  };
}

export interface Range {
  min: number;
  max: number;
}

/** `{min, max}`, `[min, max]` or one number. */
export function readRange(value: unknown, fallback: Range): Range {
  if (typeof value === "number") return { min: value, max: value };
  if (value === null || typeof value !== "object") return { ...fallback };
  const { min, max } = Array.isArray(value) ? { min: value[0], max: value[1] } : (value as Partial<Range>);
  return { min: readNumber(min, fallback.min), max: readNumber(max, fallback.max) };
}
