/** The axes along or about which a body may move: `[x, y, z]`, true where it is free. */

import { asObject } from "../scene/format/settings";
import type { BodyData } from "./types";

type Axes = [boolean, boolean, boolean];
const IN_THE_PLANE: Record<"Position" | "Rotation", Axes> = {
  Position: [true, true, false],
  Rotation: [false, false, false],
};

export function freeAxes(
  { constraints, planar }: Pick<BodyData, "constraints" | "planar">,
  kind: "Position" | "Rotation",
): Axes {
  const whole = constraints[`freeze${kind}`];
  const axes = Array.isArray(whole) ? { x: whole[0], y: whole[1], z: whole[2] } : asObject(whole);
  return (["x", "y", "z"] as const).map(
    (axis, index) =>
      (!planar || IN_THE_PLANE[kind][index]) &&
      whole !== true &&
      (axes as Record<string, unknown>)[axis] !== true &&
      constraints[`freeze${kind}${axis.toUpperCase()}`] !== true,
  ) as Axes;
}
