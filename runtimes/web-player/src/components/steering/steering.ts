/** Steering: where an agent turns to reach its goal past walls and past other agents. Pure, on the ground plane. */

export interface GroundVector {
  x: number;
  z: number;
}

export interface Neighbour extends GroundVector {
  radius: number;
}

/** Turns to try, in degrees: the smallest first, to both sides. */
const TURNS = [0, 20, -20, 40, -40, 60, -60, 80, -80, 100, -100, 120, -120];

/** The first direction near `desired` (length 1) in which the way is free; null when there is none. */
export function freeDirection(
  desired: GroundVector,
  isFree: (direction: GroundVector) => boolean,
): GroundVector | null {
  for (const degrees of TURNS) {
    const direction = turn(desired, (degrees * Math.PI) / 180);
    if (isFree(direction)) return direction;
  }
  return null;
}

function turn({ x, z }: GroundVector, angle: number): GroundVector {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { x: x * cos - z * sin, z: x * sin + z * cos };
}

/** The push away from agents that are too near: 0 at a distance, strong when touching. Two at one place part sideways. */
export function separation(self: Neighbour, others: Neighbour[]): GroundVector {
  const push = { x: 0, z: 0 };
  for (const other of others) {
    const away = { x: self.x - other.x, z: self.z - other.z };
    const distance = Math.hypot(away.x, away.z);
    const room = (self.radius + other.radius) * 1.5;
    if (distance >= room) continue;
    const strength = (room - distance) / room / Math.max(distance, 1e-3);
    push.x += (distance < 1e-3 ? 1e-3 : away.x) * strength;
    push.z += away.z * strength;
  }
  return push;
}

/** The vector `current`, changed towards `wanted` by at most so much. */
export function approach(current: GroundVector, wanted: GroundVector, most: number): GroundVector {
  const change = { x: wanted.x - current.x, z: wanted.z - current.z };
  const length = Math.hypot(change.x, change.z);
  const part = length <= most ? 1 : most / length;
  return { x: current.x + change.x * part, z: current.z + change.z * part };
}

/** The speed from which one still comes to rest within `distance`, at most `speed`. */
export function arrivalSpeed(distance: number, speed: number, acceleration: number): number {
  return Math.min(speed, Math.sqrt(2 * Math.max(acceleration, 1e-3) * Math.max(distance, 0)));
}
