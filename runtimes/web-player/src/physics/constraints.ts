/** The axes along or about which a body may move: `[x, y, z]`, true where it is free. */

import { asObject } from "../scene/format/settings";

type Axes = [boolean, boolean, boolean];

export function freeAxes(constraints: Record<string, unknown>, kind: "Position" | "Rotation"): Axes {
  const whole = constraints[`freeze${kind}`];
  const axes = Array.isArray(whole) ? { x: whole[0], y: whole[1], z: whole[2] } : asObject(whole);
  return (["x", "y", "z"] as const).map(
    (axis) =>
      whole !== true &&
      (axes as Record<string, unknown>)[axis] !== true &&
      constraints[`freeze${kind}${axis.toUpperCase()}`] !== true,
  ) as Axes;
}
